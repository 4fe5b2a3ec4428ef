"""The rules of the HTTP Observatory, offline, for one answer of the house.

Tests and modifiers are those of MDN's HTTP Observatory (github.com/mdn/mdn-http-observatory: src/grader/charts.js and
src/analyzer/tests, read at commits 01b4711 and 048ff59): a page begins with 100, loses for what is wrong, and wins its
bonuses only if it has kept 90. 100 and more is A+. Left out are rules that ask for a network: the certificate, and
whether the name is on the preload list (counted as not, which costs the bonus of 5).
"""

import re
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

import lxml.html

BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
BROAD_OR_INLINE = BROAD | {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
UNSAFE_REFERRER = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
SIX_MONTHS = 15_768_000
FOR_BONUSES = 90


@dataclass
class Score:
    modifiers: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        kept = 100 + sum(min(modifier, 0) for modifier in self.modifiers.values())
        bonuses = sum(max(modifier, 0) for modifier in self.modifiers.values())
        return max(0, kept + bonuses if kept >= FOR_BONUSES else kept)


def score(headers, cookies: SimpleCookie, body: bytes = b"", *, redirects_to_https=True) -> Score:
    """What Observatory would give this answer, had it been scanned over https."""
    policy = directives(headers.get("Content-Security-Policy", ""))
    hsts = of_transport(headers.get("Strict-Transport-Security", ""))
    html = "html" in headers.get("Content-Type", "")
    return Score(
        {
            "content-security-policy": of_policy(policy),
            "cookies": of_cookies(cookies, hsts == 0),
            "cross-origin-resource-sharing": of_sharing(headers),
            "cross-origin-resource-policy": of_resource(headers.get("Cross-Origin-Resource-Policy", "")),
            "redirection": 0 if redirects_to_https else -20,
            "referrer-policy": of_referrer(headers.get("Referrer-Policy", "")),
            "strict-transport-security": hsts,
            "subresource-integrity": of_scripts(body) if html and body.strip() else 0,
            "x-content-type-options": 0
            if headers.get("X-Content-Type-Options", "").lower() == "nosniff"
            else -5,
            "x-frame-options": of_frames(headers.get("X-Frame-Options", ""), policy),
        }
    )


def directives(policy: str) -> dict[str, set]:
    found = {}
    for part in filter(None, map(str.strip, policy.split(";"))):
        name, *sources = part.lower().split()
        found.setdefault(name, set(sources))
    return found


def of_policy(policy) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    script, style = (set(policy.get(name, default)) for name in ("script-src", "style-src"))
    for sources in (script, style):
        if any(source.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for source in sources):
            sources.discard("'unsafe-inline'")
    if script & BROAD_OR_INLINE or policy.get("object-src", default) & BROAD:
        return -20
    passive = {"img-src", "media-src"}
    active = set().union(*(sources for name, sources in policy.items() if name not in passive))
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return -20
    if "'unsafe-eval'" in script | style:
        return -10
    if any(s.startswith(("http:", "ftp:")) for name in passive for s in policy.get(name, default)):
        return -10
    if style & BROAD_OR_INLINE:
        return 0
    return 10 if default == {"'none'"} else 5


def of_cookies(cookies, transport_is_strict) -> int:
    worst, all_restricted = 0, True
    kept = {
        name: cookie for name, cookie in cookies.items() if cookie["max-age"] != 0
    }  # the others are taken back
    for name, cookie in kept.items():
        session = any(word in name.lower() for word in ("login", "sess"))
        same_site = cookie["samesite"].lower()
        if not cookie["secure"]:
            if session:
                worst = min(worst, -10 if transport_is_strict else -40)
            worst = min(worst, -5 if transport_is_strict else -20)
        if same_site not in ("", "lax", "strict", "none") or (same_site == "none" and not cookie["secure"]):
            worst = min(worst, -20)
        if "csrf" in name.lower() and not same_site:
            worst = min(worst, -20)
        if session and not cookie["httponly"]:
            worst = min(worst, -30)
        all_restricted &= bool(same_site)
    return worst or (5 if kept and all_restricted else 0)


def of_sharing(headers) -> int:
    anyone = headers.get("Access-Control-Allow-Origin", "")
    return -50 if anyone and headers.get("Access-Control-Allow-Credentials", "").lower() == "true" else 0


def of_resource(policy) -> int:
    if policy in ("same-origin", "same-site"):
        return 10
    return 0 if policy in ("", "cross-origin") else -5


def of_referrer(policy) -> int:
    last = policy.split(",")[-1].strip().lower()
    if last in PRIVATE:
        return 5
    return 0 if not last else -5


def of_transport(header) -> int:
    found = re.search(r"max-age=(\d+)", header)
    if not found:
        return -20
    return 0 if int(found[1]) >= SIX_MONTHS else -10


def of_scripts(body) -> int:
    """Only scripts of this origin, each by a path: nothing to lose, and without hashes nothing to win."""
    outside = [
        s for s in lxml.html.document_fromstring(body).xpath("//script/@src") if re.match(r"(\w+:)?//", s)
    ]
    return -50 if any(not s.startswith("https:") for s in outside) else -5 if outside else 0


def of_frames(header, policy) -> int:
    if "frame-ancestors" in policy and not policy["frame-ancestors"] & BROAD:
        return 5
    return 0 if header.upper() in ("DENY", "SAMEORIGIN") else -20
