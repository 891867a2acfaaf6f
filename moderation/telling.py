"""What is told of a case in a chat: one line on what it is, then whom it is due to, in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.chat import PRIVATELY, Button, Outbound
from kernel.clock import now
from kernel.i18n import isolate, t
from moderation.durations import LONGEST, told
from moderation.rights import named
from moderation.types import CaseInfo, Kind

UNDOABLE: Final = frozenset(set(Kind) - {Kind.UNMUTE, Kind.UNBAN, Kind.KICK, Kind.PURGE, Kind.DELETE})
"""What can be taken back: nobody brings back what is deleted, who was put out may come again, and what was
lifted is ordered anew, by who says for how long.
"""

APPEALABLE: Final = frozenset({Kind.WARN, Kind.MUTE, Kind.BAN, Kind.KICK})
"""What somebody may say in private is wrong."""

_TIMED: Final = frozenset({Kind.MUTE, Kind.BAN})
_LOCKED: Final = frozenset({"links", "invites", "media"})
_ABOUT_NOBODY: Final = frozenset({Kind.PURGE, Kind.SLOWMODE, Kind.CAPTCHA, Kind.LOCK, Kind.RAID})
_LONGEST_NAME: Final = 48
_QUOTED: Final = 300


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done, or would be, as it is told."""

    kind: Kind
    name: str
    until: datetime | None = None
    amount: int = 0
    reason: str = ""
    after: Mapping[str, Any] = field(default_factory=dict)


def deed_of(case: CaseInfo) -> Deed:
    """What a case is about."""
    return Deed(
        case.kind,
        case.name or case.user_id,
        case.until,
        case.amount,
        case.reason,
        case.detail.get("after", {}),
    )


def line(deed: Deed, lang: str, *, since: datetime | None = None) -> str:
    """What is done in one line: "mute · Ana · 2 hours"."""
    parts = [t(lang, f"mod.kind.{deed.kind}")]
    if deed.name:
        parts.append(isolate(_short(deed.name, _LONGEST_NAME), lang))
    if deed.kind is Kind.WARN:
        parts.append(t(lang, "mod.warned", number=deed.amount))
    elif deed.kind is Kind.PURGE:
        parts.append(t(lang, "mod.purged", number=deed.amount))
    elif deed.kind in _TIMED:
        span = deed.until - (since or now()) if deed.until else None
        lasting = span is None or span > LONGEST
        parts.append(t(lang, "mod.for_good") if lasting else told(_whole(span or timedelta()), lang))
    elif deed.kind is Kind.RAID:
        left = deed.until - (since or now()) if deed.until else None
        parts.append(told(_whole(left), lang) if left else t(lang, "mod.off"))
    else:
        parts += _settled(deed.after, lang)
    return " · ".join(parts)


def _settled(after: Mapping[str, Any], lang: str) -> list[str]:
    """What a group's rules say from now on."""
    told_: list[str] = []
    for name, value in after.items():
        if name == "slow_s" and value:
            told_.append(told(timedelta(seconds=value), lang))
        elif name == "phrases":
            told_.append(t(lang, "mod.rule.phrases"))
            told_.append(isolate(_short(", ".join(value), _QUOTED), lang) if value else t(lang, "mod.off"))
        else:
            told_ += [t(lang, f"mod.rule.{name}")] if name in _LOCKED else []
            told_.append(t(lang, "mod.on" if value else "mod.off"))
    return told_


def _whole(span: timedelta) -> timedelta:
    """A span to the second: an order's moment and its case's differ by a little."""
    return timedelta(seconds=round(span.total_seconds()))


def reason(deed: Deed, lang: str) -> list[str]:
    """Why, as a line of its own; none where nobody said."""
    return [t(lang, "mod.reason", reason=_short(deed.reason, _QUOTED))] if deed.reason else []


def done(case: CaseInfo, lang: str) -> Outbound:
    """A case that was carried out, with the way back."""
    deed = deed_of(case)
    head = t(lang, "mod.case", id=case.number, deed=line(deed, lang, since=case.at))
    return Outbound("\n".join((head, *reason(deed, lang))), lang, buttons=buttons(case, lang), judged=False)


def undoable(case: CaseInfo) -> bool:
    """Whether a case can be taken back now: what has ended by itself, or only opened a group, can't."""
    if case.kind is Kind.RAID and case.until is None:
        return False
    return case.state == "done" and case.kind in UNDOABLE and not (case.over or case.undoing)


def buttons(case: CaseInfo, lang: str) -> tuple[Button, ...]:
    """What may be done about a case."""
    if not undoable(case):
        return ()
    undo = Button(t(lang, "mod.undo"), text=f"/case {case.number} undo")
    if case.kind not in APPEALABLE:
        return (undo,)
    return (undo, Button(t(lang, "mod.appeal"), url=f"{PRIVATELY}appeal_{case.number}"))


def failed(case: CaseInfo, code: str, lang: str) -> Outbound:
    """A case in which nothing could be done, and why."""
    head = t(lang, "mod.case", id=case.number, deed=line(deed_of(case), lang, since=case.at))
    return Outbound(f"{head}\n{why(code, lang)}", lang, judged=False)


def why(code: str, lang: str) -> str:
    """Why something couldn't be done."""
    if code.startswith("right."):
        return t(lang, "mod.need", right=named(code.removeprefix("right."), lang))
    return t(lang, f"mod.failed.{code}")


def not_undone(case: CaseInfo, code: str, lang: str) -> Outbound:
    """A case that could not be taken back, and why; it may be tried again."""
    return Outbound("\n".join(_stays(case, code, lang)), lang, buttons=buttons(case, lang), judged=False)


def _stays(case: CaseInfo, code: str, lang: str) -> tuple[str, str]:
    return t(lang, "mod.not_undone", id=case.number), why(code, lang)


def undone(case: CaseInfo, lang: str) -> Outbound:
    """A case that was taken back."""
    return Outbound(t(lang, "mod.undone", id=case.number), lang, judged=False)


def dry(deed: Deed, lang: str) -> Outbound:
    """What would have been done."""
    said = (t(lang, "mod.dry"), line(deed, lang), *reason(deed, lang))
    return Outbound("\n".join(said), lang, judged=False)


def whole(case: CaseInfo, lang: str) -> Outbound:
    """Everything about a case that its chat may read."""
    head = t(lang, "mod.case", id=case.number, deed=line(deed_of(case), lang, since=case.at))
    if not case.name and not case.user_id and case.kind not in _ABOUT_NOBODY:
        head = f"{head} · {t(lang, 'mod.erased')}"
    lines = [head, *reason(deed_of(case), lang)]
    if case.by:
        lines.append(t(lang, "mod.by", name=case.by))
    if case.rule:
        lines.append(t(lang, "mod.rule", rule=t(lang, f"mod.rule.{case.rule}")))
    lines.append(t(lang, f"mod.state.{'over' if case.over else case.state}"))
    if case.state == "failed":
        lines.append(why(case.error, lang))
    if case.undo_error and case.state == "done" and not (case.over or case.undoing):
        lines += _stays(case, case.undo_error, lang)
    return Outbound("\n".join(lines), lang, buttons=buttons(case, lang), judged=False)


def log_line(case: CaseInfo, lang: str) -> str:
    """A case in a list."""
    head = t(lang, "mod.case", id=case.number, deed=line(deed_of(case), lang, since=case.at))
    ended = "" if case.state == "done" and not case.over else f" ({t(lang, f'mod.state.{_state(case)}')})"
    return f"{head}{ended}"


def _state(case: CaseInfo) -> str:
    return "over" if case.over else case.state


def _short(text: str, most: int) -> str:
    line_ = " ".join(text.split())
    return line_ if len(line_) <= most else f"{line_[: most - 1]}…"
