"""What a forwarded mail has around the text that it forwards: words to the receiver above it, a line that says so, and
the headers of the first mail."""

import re

_LONGEST = 200
"""Characters of a line that is looked at."""
_DEEPEST = 5
_MARK_LINES = """
forwarded message|begin forwarded message|original message
weitergeleitete nachricht|anfang der weitergeleiteten nachricht|ursprüngliche nachricht|originalnachricht
message transféré|message réexpédié|début du message transféré|début du message réexpédié|message d'origine
message original|mensaje reenviado|inicio del mensaje reenviado|mensaje original
mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|mensagem original
messaggio inoltrato|inizio messaggio inoltrato|messaggio originale
doorgestuurd bericht|begin doorgestuurd bericht|oorspronkelijk bericht
vidarebefordrat meddelande|ursprungligt meddelande|videresendt melding|videresendt meddelelse
opprinnelig melding|oprindelig meddelelse|przekazana wiadomość|wiadomość oryginalna
пересылаемое сообщение|пересланное сообщение|исходное сообщение|переслане повідомлення
转发邮件|转发的邮件|原始邮件|転送メッセージ|元のメッセージ
"""
_MARKS = frozenset(each for line in _MARK_LINES.split("\n") for each in line.split("|") if each)
_HEADER_NAMES = """
from to cc bcc subject date sent reply-to von an betreff datum gesendet de à a pour objet sujet envoyé asunto para
fecha enviado assunto data da oggetto inviato van aan onderwerp verzonden från till ämne skickat fra til emne sendt od
do temat wysłano от кому копия тема дата від 发件人 收件人 主题 日期 抄送 差出人 宛先 件名 日付
"""
_HEADERS = frozenset(_HEADER_NAMES.split())
_HEADER = re.compile(r"\*?([^\s:：*]{1,14})\*?\s?[:：]")


def without_cover(text: str) -> tuple[str, int]:
    """The text of a mail with as many lines, those around a forwarded text left empty, and how many were. What stands
    above is left out only where it is shorter than what was forwarded: else it may be the article. Lines with an
    address stay."""
    lines = text.split("\n")
    left = 0
    for _ in range(_DEEPEST):
        mark = next((at for at, line in enumerate(lines) if _is_mark(line)), None)
        if mark is None:
            break
        end = mark + 1
        while end < len(lines) and (not lines[end].strip() or _is_header(lines[end])) and not _ends(lines, mark, end):
            end += 1
        above, below = (sum(map(len, part)) for part in (lines[:mark], lines[end:]))
        if above >= below:
            break
        for at in range(end):
            if lines[at].strip() and (at >= mark or not _has_address(lines[at])):
                lines[at] = ""
                left += 1
    return ("\n".join(lines), left) if left else (text, 0)


def _is_mark(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    words = line.strip(" \t\r>-–—_*=:").replace("’", "'").casefold()
    return words in _MARKS


def _is_header(line: str) -> bool:
    found = _HEADER.match(line.lstrip(" \t>")) if len(line) <= 4 * _LONGEST else None
    return found is not None and found[1].casefold() in _HEADERS


def _ends(lines: list[str], mark: int, at: int) -> bool:
    """Whether an empty line ends the headers: the first behind one of them."""
    return not lines[at].strip() and any(_is_header(each) for each in lines[mark + 1 : at])


def _has_address(line: str) -> bool:
    return "://" in line or "www." in line
