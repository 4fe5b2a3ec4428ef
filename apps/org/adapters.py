"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Nobody signs up by themselves: accounts come with posts, from the system administrator or the import."""
        return False

    def set_password(self, user, password):
        """A password of one's own: the first one, which an administrator gave, is gone."""
        user.first_password = False
        super().set_password(user, password)
