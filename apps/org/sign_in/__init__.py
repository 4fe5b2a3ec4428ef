"""Signing in as a bank asks for it: passwords by a profile, lock-out, the end of a session, the second factor."""
