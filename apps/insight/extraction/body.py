"""Which blocks are the article.

Each block gets a weight: prose counts for its length, navigation, link lists, share buttons and spam count against. The
article is the run of blocks with the greatest sum. After a line such as 责任编辑 or 为你推荐 that follows prose, nothing counts
for any more; that keeps comments and recommendations out even when they are longer than the article.
"""

import re

_MARKS = re.compile(r"[，。；：！？、,.;:!?]")
_STOPS = re.compile(r"[。！？!?；;…]|\.(?:\s|$)")
_LEAD = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十百\d]+[章节節条條部篇]|\d{1,2}(?:\.\d{1,2})*[、.．)）]?\s*\S|[①-⑳]|[（(][a-z\d][)）]|附件[:：\d一二三]?|附[:：]|[-•·●■◆▶]\s*\S)"
)
# What only ever follows an article.
_END = re.compile(
    r"^[\s【\[（(■●◆▍|▶>》—-]*(?:"
    r"(?:本文)?(?:责\s*任?\s*编\s*辑|責\s*任?\s*編\s*輯|责\s*编|責\s*編|值班编辑|值班編輯|网络编辑|網絡編輯|文字编辑|本期编辑|编\s*辑|編\s*輯|校\s*对|监\s*制|審\s*核|审\s*核|排版)\s*[:：丨|｜／/]"
    r"|(?:免\s*责|免\s*責|版\s*权|版\s*權|侵\s*权|侵\s*權|郑重|鄭重|特别|特別|法律|风险|投资|转载)(?:声\s*明|聲\s*明|提\s*示|说\s*明|說\s*明)\s*(?:[:：】\]]|$)"
    r"|(?:声明|聲明|免责|注)\s*[:：].{0,60}(?:转载|轉載|版权|版權|投资建议|投資建議|不代表本)"
    r"|(?:相\s*关|相\s*關|延伸|推荐|推薦|热门|熱門|热点|熱點|更多|精彩|往期|猜你|关联|近期|最新)\s*(?:新闻|新聞|阅读|閱讀|文章|推荐|推薦|链接|鏈接|连接|报道|報道|資訊|资讯|内容|內容|回顾|回顧|喜欢|喜歡|专题|專題|信息|评论|話題|话题|稿件|文档|解读|动态)(?!是|的|为)"
    r"|(?:为|為)(?:你|您)(?:推荐|推薦)|(?:猜|您|你)(?:你)?(?:可能)?(?:还|還|也)?(?:会|會)?(?:喜欢|喜歡|感兴趣|感興趣)|大家都在(?:看|搜)|人还看了|看过本文的人"
    r"|(?:上|下)\s*一\s*(?:篇|条|條|页|頁)(?:\s*[:：]|\s|$)|[前后]一(?:篇|条)\s*[:：]|已经是(?:最后|第一)"
    r"|(?:网友|網友|用户|用戶|全部|最新|热门|熱門|精选|发表|發表|我来|我要|文明)?(?:评论|評論|留言|跟帖|回复)(?:\s*[(（]?\d*\s*[条條]?[)）]?)?\s*(?:$|[:：]|区|區|列表|发表|登录)"
    r"|(?:文章|本文)?(?:关键词|關鍵詞|标签|標籤|TAGS?|Tags?)\s*[:：]"
    r"|分享(?:到|至|本文|让更多)|一键分享|(?:打开|打開)微信|微信扫|扫一扫|扫描二维码|长按(?:识别|二维码|关注)|识别二维码|(?:点击)?关注(?:我们|本公众号|公众号)|欢迎关注|预览时标签不可点|继续滑动看下一个|轻触阅读原文|阅读原文|向上滑动看下一个"
    r"|【?\s*(?:打\s*印(?:本页|此文)?|关\s*闭(?:窗口|本页)?|返回(?:顶部|列表|首页)|回到顶部|收藏本[文页]|纠错|我要纠错|举报)\s*】?(?:$|[\s|｜】])"
    r"|[-—=*·\s]*(?:END|The End|全文完|本文完|完|正文结束)[-—=*·\s]*[)）]?$|收藏成功|點贊|点赞|赞赏|喜欢作者|在看$|(?:主办|主辦|承办|承辦)(?:单位|單位)\s*[:：]|网站(?:地图|标识码)|(?:关于|關於)我们|联系我们\s*(?:$|[|｜])|友情链接|.{0,30}(?:主办|主辦|版权所有).{0,20}(?:地址|电话|邮编)|(?:地址|电话|邮编|邮箱|技术支持|客服热线|(?:建议|推荐)使用)\s*[:：]|版权所有|版權所有|©|Copyright|\S{1,3}ICP备|\S{1,3}ICP證|.{0,4}公网安备"
    r"|(?:Related|Recommended|More from|You may also like|Read more|Share this|Comments?\b|Leave a (?:reply|comment)|Most (?:read|popular)|Subscribe|Newsletter|About the author|Sign up|All rights reserved|Privacy policy|Tags:)"
    r")",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"^(?:首\s*页|首\s*頁|登\s*录|登\s*錄|注\s*册|搜\s*索|取\s*消|确\s*定|確\s*定|返\s*回|更\s*多|关\s*闭|关注|订阅|分享|收藏|打印|字号.*|【?字体.*|\[?大\s+中\s+小\]?|听新闻|語音播報|语音播报|用微信扫.*|温馨提示[:：]?|溫馨提示[:：]?|当前位置.*|當前位置.*|您(?:当前|现在)?(?:的)?(?:所在)?位置.*|您?所在的?位置.*|导航|菜单|广\s*告|廣\s*告|"
    r"点击(?:上方|蓝字|关注|图片|查看).*|↑.*|▲.*(?:关注|订阅)|阅读\s*\d*|(?:浏览|阅读|点击)(?:次数|量)?[:：]\s*\d*.*|\d{1,3}|\d+\s*(?:条|條)?(?:评论|評論|阅读)|App内打开|打开APP.*|下载APP.*|原标题[:：].*|展开全文|Skip to.*|Advertisement|Loading.*|[|｜/>»·\s-]+)$",
    re.IGNORECASE,
)
_OLD_BROWSER = re.compile(
    r"(?:浏览器|瀏覽器).{0,12}(?:版本过低|版本過低|不支持|升级|升級)|(?:enable|activate|turn on) javascript|请(?:启用|开启)\s*JavaScript|(?:we|site) uses? cookies",
    re.IGNORECASE,
)
_SPAM = re.compile(
    r"国产|國產|亚洲|亞洲|欧美|歐美|日韩|日韓|无码|無碼|久久|你懂的|精品网站|在线观看|在線觀看|免费视频|免費視頻|成人|激情|色情|国语对白|五月丁香|AV|伊人|"
    r"博彩|赌场|賭場|百家乐|百家樂|时时彩|時時彩|六合彩|六合|娱乐城|娛樂城|棋牌|开奖|開獎|老虎机|老虎機|彩票平台|体育投注|真人荷官|注册送|送彩金|澳门(?:新葡京|威尼斯|金沙)|办证|代开发票|代開發票|加微信|刷单|私服|外挂|SEO|站群|代孕|迷药|枪支|信用卡套现|套现",
    re.IGNORECASE,
)


def is_spam(text):
    """Whether a line is an advertisement put there by strangers: several of its words, no sentence around them."""
    hits = len({hit.lower() for hit in _SPAM.findall(text)})
    if not hits or len(text) > 400:
        return False
    prose = len(re.findall(r"[，。；！？]", text))
    glued = len(re.findall(r"[_|｜\-—,，\s]", text))
    return hits >= 2 and (prose <= 1 or hits >= 4) and (hits >= 3 or glued >= 1 or len(text) < 40)


def is_end(text):
    """Whether a line is one that follows an article: its editor, a disclaimer, recommendations, comments, a footer."""
    return bool(_END.match(text)) and (
        len(text) < 80
        or bool(re.match(r"^[\s【\[（(]*(?:免|版|声|聲|侵|郑|鄭|特|法|风|转|责|責|Copyright|©)", text))
    )


def is_junk(text):
    """Whether a line belongs to the page, not to the article."""
    return bool(_JUNK.match(text)) or bool(_OLD_BROWSER.search(text)) or is_spam(text)


def weight(block):
    """How much a block speaks for (above 0) or against being part of an article."""
    text = block.text
    size = sum(2 if char > "\u2e7f" else 1 for char in text) / 2
    if is_junk(text):
        return -30.0
    density = min(1.0, block.linked / max(1, len(text)))
    if density > 0.6:
        return -12.0 - min(30.0, size)
    marks = len(_MARKS.findall(text))
    if size >= 45 or (size >= 16 and (marks >= 2 or _STOPS.search(text))):
        worth = min(size, 300.0) * (1 - density)
    elif block.is_heading or _LEAD.match(text):
        worth = 4.0
    elif marks or block.tag in ("blockquote", "p"):
        worth = 2.0 if size >= 6 else -2.0
    else:
        worth = -9.0
    if block.shady:
        return min(-15.0, -worth / 2)
    return worth


def find_article(blocks, start=0):
    """(first, last + 1) of the blocks that are the article, looking from `start` on; (start, start) when there is none.

    `start` is the block after the title or byline, when one was found with confidence.
    """
    best, begin, total, top, ended, prose = (start, start), start, 0.0, 0.0, False, 0.0
    for at in range(start, len(blocks)):
        block = blocks[at]
        worth = weight(block)
        if prose >= 60 and is_end(block.text):
            rest = sum(max(0.0, weight(later)) for later in blocks[at + 1 :] if not is_end(later.text))
            if _is_final(block.text) or rest < 6 * prose:
                ended = True
        if ended:
            worth = -200.0
        if worth > 10:
            prose += worth
        if total <= 0:
            begin, total = at, 0.0
        total += worth
        if total > top:
            top, best = total, (begin, at + 1)
    return best


def _is_final(text):
    return bool(
        re.match(
            r"^[\s【\[（(]*(?:为|為|猜|相|评|評|网友|網友|全部|版权所有|版權所有|Copyright|©|上一|下一)", text
        )
    )


def paragraphs(blocks, title, skip):
    """The texts of the article's blocks, without what does not belong between them. `skip(text)` names more to leave out."""
    kept = []
    for block in blocks:
        text = block.text.strip()
        if is_junk(text) or skip(text) or (not kept and _same(text, title)):
            continue
        density = block.linked / max(1, len(text))
        if (block.shady and (density > 0.3 or weight(block) < 0 and len(text) < 60)) or (
            density > 0.8 and not _STOPS.search(text) and len(text) < 60 and not block.is_heading
        ):
            continue
        if is_end(text) and len(text) < 40:
            continue
        if kept and kept[-1] == text:
            continue
        kept.append(text)
    while kept and (is_end(kept[-1]) or is_junk(kept[-1])):
        kept.pop()
    return kept


def _same(one, other):
    strip = re.compile(r"\W+")
    return bool(other) and strip.sub("", one) == strip.sub("", other)
