"""Who wrote it and where it appeared, from the lines around a title: "柳文龍  來源:中國電子銀行網  2024-07-31 14:25:23"."""

import re
from dataclasses import dataclass, field

from .dates import Found, find_dates

_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾鐘汪田任姜范範方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史"
    "顾顧侯邵孟龙龍万萬段漕钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文庞龐樊兰蘭殷施陶洪翟安颜顏倪严嚴牛温溫芦蘆季俞章鲁魯葛伍韦韋申尤毕畢聂聶丛焦向柳邢路岳齐齊沿梅莫庄莊辛管祝左涂谷祁时時舒耿牟卜路詹关關苗凌费費纪紀靳盛童欧歐甄项項"
    "曲成游阳陽裴席卫衛查屈鲍鮑位覃霍翁隋植甘景薄单單包司柏宁寧柯阮桂闵閔解强強柴华華车車冉房边邊辜吉饶饒刁瞿戚丘古米池滕晋晉苑邬鄔臧畅暢宫宮来來嵺苟全褚廉简簡娄婁盖蓋符奚木穆党黨燕郎邸冀谈談姬屠连連郜晏栾欒郁商蒙计計喻揭窦竇迟遲宇敖糜鄢冷卓花仇艾蓝藍都巩鞏稽井练練仲乐樂虞卞封竺冼原官衣楚佟栗匡宗应應台巫鞠僧桑荆谌諶银扬明沙薄伏岑习習胥保和蔺藺"
)
_DOUBLE = (
    "欧阳",
    "歐陽",
    "上官",
    "司马",
    "司馬",
    "诸葛",
    "諸葛",
    "东方",
    "東方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "夏侯",
    "端木",
    "南宫",
)
_NOBODY = re.compile(
    r"^(?:admin\w*|administrator|webmaster|root|editor|user\d*|佚名|未知|匿名|管理员|管理員|網站管理員|网站管理员|小编|小編|编辑|編輯|本站|本网|本網|本站编辑|原创|原創|转载|轉載|none|null|undefined|system|test|无|無|网络|網絡|互联网|互聯網)$",
    re.IGNORECASE,
)
_SEP = r"\s*[:：丨|｜／/]\s*"
_SOURCE = re.compile(
    r"(?:[文本](?:章|文)|信息|資訊|稿件|稿|新闻|新聞|消息|内容|內容|资料|資料|图文|圖文|文/图|数据|資料)?\s*(?:来\s*源|來\s*源|来自|來自|出\s*处|出\s*處|稿\s*源|转载自|轉載自|转自|轉自|摘自)(?:于|自|於)?"
    + _SEP
    + r"|(?:发布|發布|發佈|发文|發文|公开|公開|制发|供稿|主办|主辦|印发|印發)(?:机构|機構|机关|機關|单位|單位|部门|部門)"
    + _SEP
    + r"|(?:\bSource|\bPublished by|\bPublisher)\s*[:：]\s*",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"(?:作\s*者|撰\s*文|撰\s*稿(?:人)?|原作者|署\s*名|执\s*笔|執\s*筆|主\s*笔|供\s*稿(?:人)?|记\s*者|記\s*者|通讯员|通訊員|文字|文)(?:简介|簡介)?"
    + _SEP
    + r"|(?:\bAuthors?|\bWritten by|\bWords)\s*[:：]\s*",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:^|\s|\|)[Bb]y:?\s+((?:[A-Z][\w.'’-]+\s?){1,4}(?:(?:,| and| &)\s(?:[A-Z][\w.'’-]+\s?){1,4})*)"
)
_REPORTER = re.compile(
    r"(?:见习|見習|实习|實習)?(?:记者|記者|通讯员|通訊員|评论员|評論員|特约撰稿人|研究员|研究員)(?:\s*[:：丨|／/]\s*|\s+|(?=[\u4e00-\u9fff]))"
)
_OTHER_WORDS = (
    r"(?:责\s*任?\s*编\s*辑|責\s*任?\s*編\s*輯|编\s*辑|編\s*輯|责\s*编|責\s*編|校\s*对|校\s*對|审\s*核|審\s*核|审\s*校|監\s*制|监\s*制|图\s*片|图|圖|摄影|攝影|美编|排版|统筹|时\s*间|時\s*間|日\s*期|发布于|發布於|发表于|發表於|更新|浏\s*览|瀏\s*覽|阅\s*读|閱\s*讀|点\s*击|點\s*擊|访问|訪問|人气|次数|"
    r"字\s*[体号]|字\s*[體號]|大\s*中\s*小|\[?\s*打\s*印|分\s*享|评\s*论|評\s*論|收\s*藏|关\s*键\s*[词字]|關\s*鍵\s*[詞字]|标\s*签|標\s*籤|栏\s*目|欄\s*目|分\s*类|分\s*類|主题|主題|索\s*引\s*号|文\s*号|文\s*號|单位|單位|我要评论|举报|手机看|扫|微信|微博|Views?|Tags?|Editor|Updated?|Share)(?:人|者|于|次数|次數|时间|時間|日期|数|量)?"
)
# A word such as 评论 may be the end of a publication's name: it is a label only when it stands alone or has a colon.
_OTHER = re.compile(
    r"(?<![\u4e00-\u9fff])" + _OTHER_WORDS + r"(?:\s*[:：丨|｜／/]|\s|$|\d)|" + _OTHER_WORDS + r"\s*[:：]",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(
    r"(发\s*布|發\s*布|發\s*佈|发\s*表|發\s*表|刊\s*登|上\s*线|公\s*开|公\s*開|发\s*文|發\s*文|日\s*期|时\s*间|時\s*間|Published|Posted|Date)(?:\s*(?:时\s*间|時\s*間|日\s*期|于|於|on))?\s*[:：]?\s*$",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(更\s*新|修\s*改|修\s*订|成\s*文|截\s*至|生成|Updated|Modified)\S{0,4}\s*[:：]?\s*$", re.IGNORECASE
)
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,10}·[\u4e00-\u9fff·]{1,12}")


@dataclass
class Byline:
    """What one line says; `strength` counts the facts found in it."""

    author: str = ""
    source: str = ""
    dates: list[Found] = field(default_factory=list)
    published: object = (
        None  # the date labelled as that of publication, else the first that is not of an update
    )
    labelled: bool = False  # that date has a label, or a time of day

    @property
    def strength(self):
        return (
            bool(self.author)
            + bool(self.source)
            + bool(self.published)
            + (self.labelled and bool(self.published))
        )


def read_byline(spaced):
    """The facts in a line of at most 300 characters; an ordinary sentence gives none."""
    line = Byline()
    if len(spaced) > 300:
        return line
    line.dates = find_dates(spaced)
    line.source = _source(spaced, line.dates)
    line.author = _author(spaced, line)
    for found in line.dates:
        before = spaced[: found.start]
        if _UPDATED.search(before):
            continue
        labelled = bool(_DATE_LABEL.search(before)) or found.has_time
        if line.published is None or (labelled and not line.labelled):
            line.published, line.labelled = found.date, labelled
    rest = _without_dates(spaced, line.dates)
    if (
        line.published
        and not line.source
        and not line.author
        and not line.labelled
        and (len(rest) > 24 or re.search("[，。,]", rest))
    ):
        line.published = None  # a date in the middle of prose
    return line


def is_person(text):
    """Whether a bare word can be somebody's name: a Chinese name with a known surname, or two to four Latin words."""
    text = text.strip()
    if _NOBODY.match(text):
        return False
    if re.fullmatch(r"[\u4e00-\u9fff]{2,3}", text):
        return text[0] in _SURNAMES
    if re.fullmatch(r"[\u4e00-\u9fff]{4}", text):
        return text.startswith(_DOUBLE)
    if re.fullmatch(r"[\u4e00-\u9fff]{1,10}(?:·[\u4e00-\u9fff]{1,10})+", text):
        return True
    return bool(re.fullmatch(r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|van|von|bin|al)){1,3}", text))


def clean_author(text):
    """Names joined by "、"; "" when what a page puts there is nobody (admin, 佚名, the site's editor)."""
    text = re.sub(r"^(?:作者|文|by)\s*[:：/]?\s*", "", text.strip(), flags=re.IGNORECASE)
    text = re.sub(r"(?:本报|本刊|本网|本社)?(?:记者|記者|通讯员|通訊員)\s*[:：]?\s*", " ", text)
    text = re.sub(r"[（(\[【].*$", "", text).strip(" ，,。.;；:：|丨/")
    if not text or len(text) > 60 or "@" in text or "http" in text.lower():
        return ""
    parts = [part for part in re.split(r"\s*[、,，;；/／|&]\s*|\s{2,}|\s+and\s+", text) if part]
    names = []
    for part in parts:
        words = part.split()
        names += (
            words
            if len(words) > 1 and all(re.fullmatch(r"[\u4e00-\u9fff·]{2,}", word) for word in words)
            else [part]
        )
    names = _joined_letters(names)
    return "、".join(dict.fromkeys(name for name in names if not _NOBODY.match(name)))


def clean_source(text):
    """The name of a publication without brackets, links and what follows it."""
    text = re.sub(r"https?://\S+|www\.\S+", "", text).strip(" ，,。;；:：|丨/[]【】-—_")
    text = re.sub(
        r"[（(](?:微信)?(?:ID|公众号|微信号)[:：]?[^）)]*[）)]$", "", text, flags=re.IGNORECASE
    ).strip()
    if match := re.fullmatch(r"《([^《》]+)》(?:杂志|雜誌)?", text):
        text = match[1]
    if text.count("（") != text.count("）"):
        text = text.strip("（）")
    return "" if _NOBODY.match(text) or len(text) > 50 else text


def _joined_letters(names):
    """A name set with a space inside ("李  明") is one name."""
    if len(names) > 1 and all(len(name) == 1 for name in names) and len(names) <= 3:
        return ["".join(names)]
    return names


def _without_dates(spaced, dates):
    if not dates:
        return spaced.strip()
    return "".join(
        char for at, char in enumerate(spaced) if not any(found.start <= at < found.end for found in dates)
    ).strip()


def _field_after(spaced, start, dates, stops):
    """The words from `start` to the next label, date or wide gap."""
    end = len(spaced)
    for found in dates:
        if found.start >= start:
            end = min(end, found.start)
            break
    for stop in stops:
        if match := stop.search(spaced, start):
            end = min(end, match.start())
    value = spaced[start:end]
    if label := _DATE_LABEL.search(value):
        value = value[: label.start()]
    value = (
        re.split(r"[|｜丨)）\]】]|\s{2,}", value.strip())[0]
        if not re.match(r"[（(]", value.strip())
        else value.strip()
    )
    return value.strip()


def _source(spaced, dates):
    for match in _SOURCE.finditer(spaced):
        value = _field_after(spaced, match.end(), dates, (_AUTHOR, _OTHER, _SOURCE))
        if re.match(r"[\u4e00-\u9fff《]", value):
            words = value.split()  # a Chinese name has no spaces: what comes after one is something else
            value = words[0] if words else ""
            if (
                len(words) > 1
                and len(words[0]) <= 4
                and not is_person(words[1])
                and re.search(r"[报网刊社行局会部]$", words[1])
            ):
                value = "".join(words[:2])
        value = re.split(r"[,，。;；]", value)[0]
        if value := clean_source(value):
            return value
    return ""


def _author(spaced, line):
    for match in _AUTHOR.finditer(spaced):
        if (
            match[0].startswith("文")
            and match.start()
            and re.match(r"[\u4e00-\u9fff]", spaced[match.start() - 1])
            and not match[0].startswith("文字")
        ):
            continue  # 正文：, 全文：, 公文：
        value = _field_after(spaced, match.end(), line.dates, (_SOURCE, _OTHER, _AUTHOR))
        if re.search(r"简介|簡介", match[0]) or "系" in value or "，" in value:
            value = re.split(r"[，,]|系|为|為", value)[0]
        author = clean_author(value)
        if author and (
            not re.match("[记記]", match[0]) or all(map(is_person, author.split("、")))
        ):  # in an interview 记者： opens a question
            return author
    if match := _REPORTER.search(spaced):
        value = re.split(r"[\s、／/][\u4e00-\u9fff]{2,4}(?:报道|報道|報導|电|電|讯)", spaced[match.end() :])[
            0
        ]
        value = re.split(r"[)）】\]|丨/]|报道|報道|報導|摄|攝|[，。：:]", value)[0]
        if names := _leading_names(value):
            return names
    if match := _BY.search(spaced):
        return clean_author(match[1])
    first_label = min(
        [m.start() for m in (_SOURCE.search(spaced), _OTHER.search(spaced)) if m]
        + [found.start for found in line.dates]
        + [len(spaced)]
    )
    if (line.source or line.dates) and len(spaced) < 200:
        head = _leading_names(spaced[:first_label], whole=True)
        if head:
            return head
        if line.dates and line.source:  # "2024-07-31  来源：某某网  李明"
            tail = re.split(r"\s{2,}|\s\|\s|\s", _without_dates(spaced, line.dates))
            for word in tail[1:]:
                if _PLAIN_NAME.fullmatch(word) and is_person(word) and word != line.source:
                    return word
    return ""


def _leading_names(text, whole=False):
    """The names a text begins with, joined by "、"; with `whole` nothing else may be in it."""
    words = [word for word in re.split(r"[\s、,，/／]+", text.strip(" |丨:：[]【】")) if word]
    names = []
    for word in words:
        if not is_person(word):
            if (
                not names
                and not whole
                and (match := re.match(r"([\u4e00-\u9fff]{2,3}?)(?:报道|$)", word))
                and is_person(match[1])
            ):
                names.append(match[1])
            break
        names.append(word)
    if whole and len(names) != len(words):
        return ""
    return "、".join(dict.fromkeys(names[:6]))
