"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model


class AccountBackend(AuthenticationBackend):
    """Gives the account of a request together with its person, whose name stands on every page."""

    def get_user(self, user_id):
        accounts = get_user_model().objects
        try:
            user = accounts.select_related("person").get(pk=user_id)
        except accounts.model.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Nobody signs up by themselves: accounts come with posts, from the system administrator or the import."""
        return False

    def set_password(self, user, password):
        """A password of one's own: the first one, which an administrator gave, is gone."""
        user.first_password = False
        super().set_password(user, password)
