"""Which characters a text is written in, how common they are, and its simplified form."""

import re
from functools import cache

from opencc import OpenCC

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_KANA = re.compile(r"[\u3041-\u30fe]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")

# The 250 or so characters that make up half of any Chinese text, in both scripts. A text decoded with the wrong
# charset is full of Chinese characters too, but hardly of these.
COMMON = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于出就分对對成会會可主发發年动動同工也能下过過子说說产產种種面而方后後多定行学學法所"
    "民得经經十三之进進着著等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關各重新线線"
    "内內数數正心反你明看原又么麼利比或但质質第向道命此变變条條只没沒结結解问問意建月公无無系军軍很情者最立代想已通并提直题題党程展五果料象员員革位入常文总總次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖山统統接知较較将將组組见見计計"
    "别別她手角期根论論运運农農指几幾九区區强強放决決西被干做必战戰先回则則任取据處处队隊南给給色光门門即保治北造百规規热熱领領七海口东東导導器压壓志世金增争濟济阶階油思术術极極交受联聯什认認六共权權收证證改清己美再采转轉单單风風切打白教速花带帶安场場身"
    "车車例真务務具万萬每目至达達积積示议議声聲报報斗完类類八离離华華名确確才科张張信马馬节節话話米整空元况況今集温溫传傳土许許步群广廣石记記需段研界拉林律叫且究观觀越织織装裝影算低持音众眾书書布复容儿兒须須际際商非验驗连連断斷深难難近"
    "银銀贷貸款融创創客户戶网網络絡账賬户服费費率额額项項目"
)


@cache
def _converter(way):
    return OpenCC(way)


def simplified(text):
    """The text in simplified characters (OpenCC, t2s); what is simplified already stays as it is."""
    return _converter("t2s").convert(text)


@cache
def _kind(char):
    """+1 for a character only written in traditional texts, -1 for one only in simplified texts, else 0."""
    if _converter("t2s").convert(char) != char:
        return 1
    return -1 if _converter("s2t").convert(char) != char else 0


def script_of(text):
    """ "hans", "hant", or "other" when the text is not Chinese (or has nothing that tells the two apart)."""
    if language_of(text) != "zh":
        return "other"
    sample = text[:20000]
    balance = sum(_kind(char) for char in sample if HAN.match(char))
    return "hant" if balance > 0 else "hans"


def language_of(text, declared=""):
    """An ISO 639-1 code by the letters used; `declared` (of the page) decides only between languages of one alphabet."""
    sample = text[:20000]
    han, kana, hangul = (len(pattern.findall(sample)) for pattern in (HAN, _KANA, _HANGUL))
    latin = len(_LATIN.findall(sample))
    if hangul > 20 and hangul > han:
        return "ko"
    if kana > 20 and kana * 5 > han:
        return "ja"
    if han and han * 4 >= latin:  # one Chinese character says as much as a word of four letters
        return "zh"
    if latin:
        declared = declared.lower()[:2]
        english = len(re.findall(r"\b(?:the|and|of|to|in|is|for|that)\b", sample, re.IGNORECASE))
        return (
            "en"
            if english * 25 >= len(sample.split())
            else (declared if declared.isalpha() and declared != "zh" else "")
        )
    return ""


@cache
def plausibility(char):
    """How much a character looks like one of a readable Chinese text: 1 common, 0 strange, -2 never."""
    if char in COMMON:
        return 1.0
    if "\ue000" <= char <= "\uf8ff" or char == "\ufffd" or _KANA.match(char) or "\uff61" <= char <= "\uff9f":
        return -2.0
    if HAN.match(char):
        plain = _converter("t2s").convert(char)
        try:
            lead = plain.encode("gb2312")[0]
        except UnicodeEncodeError:
            return 0.0
        return 0.8 if lead < 0xD8 else 0.2  # GB 2312 puts its 3,755 frequent characters first
    if char in "，。、；：！？“”‘’《》（）—…【】·〔〕「」『』":
        return 0.8
    return 0.5 if char.isascii() else 0.0
