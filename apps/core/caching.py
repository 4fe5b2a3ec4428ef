"""A cache that is down is a cache that is empty: what is only kept to be quicker, or to count tries, fails no page."""

import logging
import time

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger("silun.cache")

PAUSE_S = 5.0  # after a failure nobody waits for the server again for so long
PATIENCE_S = 0.5


class ForgetfulClient(RedisCacheClient):
    """Django's own client, which answers as an empty cache does while its server cannot be had."""

    _silent_until = 0.0

    def __init__(self, servers, **options):
        super().__init__(
            servers,
            socket_connect_timeout=PATIENCE_S,
            socket_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
            **options,
        )

    def _or(self, empty, method, *args):
        if time.monotonic() < self._silent_until:
            return empty
        try:
            return method(*args)
        except (RedisError, OSError) as error:
            log.warning("The cache does not answer (%s); it is taken for empty.", error)
            self._silent_until = time.monotonic() + PAUSE_S
            return empty

    def add(self, key, value, timeout):
        return self._or(True, super().add, key, value, timeout)

    def get(self, key, default):
        return self._or(default, super().get, key, default)

    def set(self, key, value, timeout):
        return self._or(None, super().set, key, value, timeout)

    def touch(self, key, timeout):
        return self._or(False, super().touch, key, timeout)

    def delete(self, key):
        return self._or(False, super().delete, key)

    def get_many(self, keys):
        return self._or({}, super().get_many, keys)

    def has_key(self, key):
        return self._or(False, super().has_key, key)

    def incr(self, key, delta):
        if (found := self._or(None, super().incr, key, delta)) is None:
            raise ValueError(f"Key {key!r} not found.")  # as Django says of a key that is not there
        return found

    def set_many(self, data, timeout):
        return self._or(None, super().set_many, data, timeout)

    def delete_many(self, keys):
        return self._or(None, super().delete_many, keys)

    def clear(self):
        return self._or(False, super().clear)


class Cache(RedisCache):
    """Redis, or nothing."""

    def __init__(self, server, params):
        super().__init__(server, params)
        self._class = ForgetfulClient
