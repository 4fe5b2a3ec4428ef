"""Who must sign in with a code from their phone as well: the roles that permissions.yaml marks so."""

from allauth.mfa.models import Authenticator
from django.conf import settings

from apps.org import matrix


def required_of(user) -> bool:
    """Must this account have the second factor today? Asks nothing where the posts have been read already."""
    return settings.SECOND_FACTOR and matrix.guarded(post.role for post in user.standing)


def is_set_up(user) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
