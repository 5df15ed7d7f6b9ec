"""Text in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Text:
    """One text in both languages; as a ``str`` it is the English one.

    >>> text = Text(zh="不予给付", en="denied")
    >>> text.of("zh"), str(text)
    ('不予给付', 'denied')
    """

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The text in one language."""
        if language == "zh":
            return self.zh
        if language == "en":
            return self.en
        raise ValueError(f"`{language}` is no language that there is; it is `zh` or `en`")

    def __str__(self) -> str:
        return self.en
