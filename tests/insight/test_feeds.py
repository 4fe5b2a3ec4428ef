"""Feeds as publishers write them, good and bad. All invented."""

import datetime
import time

import pytest
from django.utils import translation

from apps.insight.feeds import MAX_ENTRIES, BadFeed, parse_feed


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>渔港金融</title><link>https://example.com/</link><description>x</description>
<item><title><![CDATA[“潮汐贷”上线八个月 &amp; 没有一笔逾期]]></title><link>https://example.com/a/1.html</link><guid>tag:1</guid><dc:creator>海不扬</dc:creator>
<pubDate>Mon, 19 May 2025 23:30:00 GMT</pubDate><description><![CDATA[<p>凌晨四点的码头。</p><p>渔船还没有<script>alert(1)</script>靠岸。</p>]]></description></item>
<item><title>只有标题</title><link>/a/2.html</link><author>admin</author><content:encoded><![CDATA[长<b>正文</b><br>第二行]]></content:encoded><description>短</description></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Ledger Weekly</title>
<entry><id>urn:7</id><title type="html">Tide &lt;em&gt;loans&lt;/em&gt;</title><link rel="alternate" href="https://example.com/7"/><author><name>Helen Marsh</name></author>
<published>2025-05-20T01:00:00+01:00</published><summary>Credit that follows the catch.</summary></entry></feed>"""


def test_an_rss_feed_gives_its_entries_as_text():
    first, second = parse_feed(RSS.encode(), url="https://example.com/feed.xml")
    assert first == (
        "tag:1",
        "“潮汐贷”上线八个月 & 没有一笔逾期",
        "https://example.com/a/1.html",
        "海不扬",
        "渔港金融",
        datetime.date(2025, 5, 20),  # half past seven in the morning in China
        "凌晨四点的码头。\n\n渔船还没有靠岸。",
    )
    assert second.link == "https://example.com/a/2.html"
    assert second.guid == "https://example.com/a/2.html"
    assert second.author == ""
    assert second.summary == "长正文\n\n第二行"
    assert second.published is None


def test_an_atom_feed_gives_its_entries():
    (entry,) = parse_feed(ATOM.encode())
    assert entry == (
        "urn:7",
        "Tide loans",
        "https://example.com/7",
        "Helen Marsh",
        "Ledger Weekly",
        datetime.date(2025, 5, 20),
        "Credit that follows the catch.",
    )


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("claim", ["utf-8", "gb2312"])
def test_a_feed_is_read_in_the_charset_it_is_in(charset, claim):
    first, _second = parse_feed(RSS.replace('encoding="utf-8"', f'encoding="{claim}"').encode(charset))
    assert first.title == "“潮汐贷”上线八个月 & 没有一笔逾期"


def test_a_feed_that_is_cut_off_gives_the_entries_before_the_cut():
    cut = RSS[: RSS.index("<item><title>只有标题")].encode()
    assert [entry.guid for entry in parse_feed(cut)] == ["tag:1"]


def test_an_entry_that_comes_twice_is_taken_once():
    item = RSS[RSS.index("<item>") : RSS.index("</item>") + 7]
    assert len(parse_feed(RSS.replace(item, item * 3).encode())) == 2


def test_a_link_that_is_no_web_address_is_left_out():
    feed = RSS.replace("https://example.com/a/1.html", "javascript:alert(1)")
    assert parse_feed(feed.encode())[0].link == ""


def test_no_more_than_the_limit_of_entries_is_taken():
    items = "".join(
        f"<item><title>第{at}条</title><guid>{at}</guid></item>" for at in range(MAX_ENTRIES + 300)
    )
    begun = time.process_time()
    entries = parse_feed(f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode())
    assert [entry.guid for entry in entries] == [str(at) for at in range(MAX_ENTRIES)]
    assert time.process_time() - begun < 5


def test_a_feed_without_entries_is_empty():
    assert parse_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>") == []


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<!doctype html><html><body>hello</body></html>", "web page"),
        (b"hello", "not an RSS or Atom feed"),
        (b"<svg/>", "not an RSS or Atom feed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not an RSS or Atom feed"),
        (b"<rss version='2.0'><channel><title", "broken"),
        (
            b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel><title>&b;</title></channel></rss>',
            "DTD",
        ),
        (b"<rss>" + b" " * (10 * 2**20), "larger than 10 MB"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(BadFeed, match=sentence):
        parse_feed(data)


@pytest.mark.parametrize(
    "stamp", ["Mon, 99 Foo 2025", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "", "NaN"]
)
def test_a_date_that_cannot_be_is_no_date(stamp):
    assert parse_feed(RSS.replace("Mon, 19 May 2025 23:30:00 GMT", stamp).encode())[0].published is None
