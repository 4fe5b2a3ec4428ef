"""What a password must be. Two profiles; an installation chooses one (PASSWORD_PROFILE).

djbh3: 等保三级 (GB/T 22239-2019, level 3) as banks in China are examined by it: twelve characters of three classes, not one
of the last five, changed every ninety days. asvs: OWASP ASVS 5.0, chapter 6: long, unknown to lists of common ones, no
classes and no expiry, which make people choose worse.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """`classes` of the four (small, capital, digit, other) at least; `former` passwords that may not come back;
    `days` until it must be changed, 0 for never."""

    length: int
    classes: int = 0
    former: int = 0
    days: int = 0


PROFILES = {"djbh3": Profile(length=12, classes=3, former=5, days=90), "asvs": Profile(length=15)}


def validators(name: str) -> list[dict]:
    """AUTH_PASSWORD_VALIDATORS of a profile. Raises KeyError for a name that is none."""
    profile = PROFILES[name]
    django = "django.contrib.auth.password_validation"
    ours = "apps.org.sign_in.passwords"
    return [
        {"NAME": f"{ours}.LengthValidator", "OPTIONS": {"shortest": profile.length}},
        *([{"NAME": f"{ours}.ClassesValidator", "OPTIONS": {"classes": profile.classes}}] if profile.classes else []),
        {"NAME": f"{django}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("username", "email", "name")}},
        {"NAME": f"{django}.CommonPasswordValidator"},
        {"NAME": f"{ours}.FormerValidator", "OPTIONS": {"former": profile.former}},
    ]  # fmt: skip
