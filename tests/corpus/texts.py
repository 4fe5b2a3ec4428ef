"""Pages, mail, feeds and tables of plain text."""

import base64

BILLION_HEAD = b'<!DOCTYPE r [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip
XXE_HEAD = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BILLION = b'<?xml version="1.0"?>' + BILLION_HEAD + b"<r>&j;</r>"
XXE = b'<?xml version="1.0"?>' + XXE_HEAD + b"<r>&a;</r>"
SENTENCE = "该行于本周上线供应链票据秒贴产品，客户从申请到放款平均用时三分钟。"


def readings():
    return "机构,月份,成本（元）,效益（元）,使用客户数,更正原因\n江州分行,2026-01,１２３,1，000,5,\n"


def article(size):
    head = "<html><head><title>票据秒贴</title></head><body><h1>某银行上线票据秒贴</h1>".encode()
    line = f"<p>{SENTENCE * 3}</p>\n".encode()
    return head + line * (size // len(line))


def lying_charset():
    page = f'<html><head><meta charset="utf-7"><title>票据秒贴</title></head><body><p>{SENTENCE * 10}</p></body></html>'
    return page.encode("gb18030")


def mhtml(body=None, kind="text/html", charset="utf-8"):
    body = body or article(4_000)
    return (
        b'From: <Saved by a browser>\r\nSubject: =?utf-8?B?%s?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: %s; charset=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n"
        % (base64.b64encode("票据秒贴".encode()), kind.encode(), charset.encode(), base64.encodebytes(body))
    )


def mhtml_nested():
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b0\r\n\r\n"
    parts = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(2_000)
    )
    return head + parts


def mhtml_hostile():
    """Beside the page: a program, a part that lies about its letters, and a thousand parts of nothing."""
    page = mhtml(charset="x-nonsense").removesuffix(b"--b--\r\n")
    program = b"--b\r\nContent-Type: application/x-msdownload\r\nContent-Location: ../../a.exe\r\n\r\nMZ\r\n"
    return page + program + b"--b\r\nContent-Type: text/plain\r\n\r\n\r\n" * 1_000 + b"--b--\r\n"


def mail():
    return (
        b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    )


def feed(count=3):
    entry = "<item><title>某银行上线票据秒贴{0}</title><link>https://example.com/{0}</link><description>{1}</description></item>"
    return feed_of("".join(entry.format(number, SENTENCE) for number in range(count)).encode())


def feed_of(entries, head=b""):
    return b'<?xml version="1.0" encoding="utf-8"?>' + head + b'<rss version="2.0"><channel><title>x</title>' + entries + b"</channel></rss>"  # fmt: skip


def feed_with(head):
    return feed_of(b"<item><title>&a;&j;</title></item>", head)


def deep_feed():
    return feed_of(b"<item><title>x</title><description>" + b"<b>" * 100_000 + b"</description></item>")
