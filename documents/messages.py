"""Texts for people: an English sentence that knows how to be shown in another language.

Log and API data show a message as it is: it is a string. Pages and problem documents show it
translated. Importing this module loads neither Django nor the catalogues, because the supervisor
and the rendering child create messages, too.

`manage.py makemessages` finds the texts by the names `Message`, `PluralMessage` and
`gettext_noop`; each text must be a literal there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    from typing_extensions import Self

#: What stands in place of a {name}. A message is shown in the language of the whole.
Param = Union[str, int, "Message"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: The message of a text that has no translation: another program's words.
_VERBATIM = "{text}"


def gettext_noop(text: str) -> str:
    """Mark `text` for the catalogues; return it unchanged."""
    return text


class Message(str):
    """The English text of `msgid`, with `params` in the places of its {names}.

    Placeholders are bare names. Format specifications have no meaning, so that a text that came
    from a file, the database or a less trusted process can do no harm: format numbers before.
    Values that are neither int nor Message become str.
    """

    msgid: str
    plural: str
    params: dict[str, Param]

    def __new__(cls, msgid: str, /, **params: object) -> Message:
        return cls._create(msgid, "", params)

    @classmethod
    def _create(cls, msgid: str, plural: str, params: Mapping[str, object]) -> Self:
        values = {name: _to_param(value) for name, value in params.items()}
        use_plural = plural and values.get("count") != 1
        message = str.__new__(cls, _fill(plural if use_plural else msgid, values))
        message.msgid, message.plural, message.params = msgid, plural, values
        return message

    def __reduce__(self) -> tuple[Any, ...]:
        return message_from_json, (self.to_json(),)

    @property
    def is_verbatim(self) -> bool:
        """Whether the text has no translation, because `verbatim` made it."""
        return self.msgid == _VERBATIM

    def translated(self) -> str:
        """The text in the active language."""
        from django.utils import translation

        if self.plural:
            text = translation.ngettext(self.msgid, self.plural, _count(self.params))
        else:
            text = translation.gettext(self.msgid)
        return _fill(
            text,
            {
                name: value.translated() if isinstance(value, Message) else value
                for name, value in self.params.items()
            },
        )

    def replace_in_params(self, old: str, new: str) -> Message:
        """The message with `old` replaced by `new` in every parameter that is a text."""
        params = {
            name: str(value).replace(old, new) if type(value) is str else value
            for name, value in self.params.items()
        }
        return Message._create(self.msgid, self.plural, params)

    def to_json(self) -> dict[str, Any]:
        """`msgid` and, where there are any, `plural` and `params`."""
        params = {
            name: value.to_json() if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        found = {"msgid": self.msgid, "plural": self.plural, "params": params}
        return {name: value for name, value in found.items() if value or name == "msgid"}


class PluralMessage(Message):
    """A message that counts: `plural` is its English text where `count` is not 1."""

    def __new__(cls, msgid: str, plural: str, /, *, count: int, **params: object) -> PluralMessage:
        return cls._create(msgid, plural, {"count": count, **params})


def verbatim(text: str) -> Message:
    """`text` as a message that reads the same in every language."""
    return text if isinstance(text, Message) else Message(_VERBATIM, text=text)


def message_from_json(data: Any) -> Message:
    """The message whose `to_json` is `data`; anything else becomes a verbatim message."""
    if not isinstance(data, Mapping) or not isinstance(data.get("msgid"), str):
        return verbatim(str(data))
    plural, params = data.get("plural", ""), data.get("params", {})
    if not isinstance(plural, str) or not isinstance(params, Mapping):
        return verbatim(data["msgid"])
    values = {
        str(name): message_from_json(value) if isinstance(value, Mapping) else value
        for name, value in params.items()
    }
    return Message._create(data["msgid"], plural, values)


def _to_param(value: object) -> Param:
    return value if type(value) is int or isinstance(value, str) else str(value)


def _count(params: Mapping[str, Param]) -> int:
    count = params.get("count", 0)
    return count if isinstance(count, int) else 0


def _fill(text: str, values: Mapping[str, Param]) -> str:
    return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)
