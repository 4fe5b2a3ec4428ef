"""A wire between Silun and a server that a test can cut, stop or let hang, while the server itself stays as it is."""

import contextlib
import selectors
import socket
import threading
from enum import Enum


class Wire(Enum):
    """What becomes of what is sent."""

    WHOLE = "carried"
    HANGING = "accepted, and never answered"
    CUT = "refused"


class Proxy:
    """Listens on a port of its own and carries bytes to `host:port` and back, as long as the wire is whole."""

    def __init__(self, host: str, port: int):
        self.target = (host, port)
        self.wire = Wire.WHOLE
        self._pairs: list[tuple[socket.socket, socket.socket | None]] = []
        self._forgotten: list[tuple[socket.socket, socket.socket | None]] = []
        self._over = threading.Event()
        self._listener: socket.socket | None = None
        self.port = 0
        self._listen()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def mend(self):
        """Carry again. What hung meanwhile is closed, as by a server that was started anew."""
        self._set(Wire.WHOLE)

    def hang(self):
        """Accept whatever comes, on old connections and new ones, and never say a word."""
        self.wire = Wire.HANGING

    def cut(self):
        """Close all that is open, and refuse what comes."""
        self._set(Wire.CUT)

    def forget(self):
        """Carry what comes from now on, and never say another word on the connections there are."""
        self._forgotten += self._pairs
        self._pairs = []
        self.wire = Wire.WHOLE

    def close(self):
        self._over.set()
        self._thread.join()
        self._drop_all()
        if self._listener:
            self._listener.close()

    def _set(self, wire):
        self.wire = wire
        self._drop_all()
        if wire is Wire.CUT and self._listener:
            self._listener.close()
            self._listener = None
        elif wire is Wire.WHOLE and self._listener is None:
            self._listen()

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self._listener = listener

    def _drop_all(self):
        pairs, self._pairs, self._forgotten = self._pairs + self._forgotten, [], []
        for near, far in pairs:
            for end in (near, far):
                if end is not None:
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                    end.close()

    def _carry(self):
        while not self._over.is_set():
            with selectors.DefaultSelector() as waiting:
                if self._listener:
                    with contextlib.suppress(OSError, ValueError):
                        waiting.register(self._listener, selectors.EVENT_READ)
                if self.wire is Wire.WHOLE:
                    for near, far in self._pairs:
                        with contextlib.suppress(OSError, ValueError, KeyError):
                            waiting.register(near, selectors.EVENT_READ, far)
                            waiting.register(far, selectors.EVENT_READ, near)
                for key, _events in waiting.select(0.02):
                    if key.fileobj is self._listener:
                        self._accept()
                    elif self.wire is Wire.WHOLE:
                        self._pass_on(key.fileobj, key.data)

    def _accept(self):
        try:
            near, _address = self._listener.accept()
        except (OSError, AttributeError):  # cut meanwhile
            return
        far = None
        if self.wire is Wire.WHOLE:
            try:
                far = socket.create_connection(self.target, timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                return
        self._pairs.append((near, far))

    def _pass_on(self, source, target):
        try:
            data = source.recv(1 << 16)
            if data and target is not None:
                target.sendall(data)
                return
        except OSError:
            data = b""
        for near, far in [pair for pair in self._pairs if source in pair]:
            with contextlib.suppress(ValueError):
                self._pairs.remove((near, far))
            for end in (near, far):
                if end is not None:
                    end.close()
