"""The codes of languages: ISO 639-1."""

from __future__ import annotations

from typing import Final

_ISO_639: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to
tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES: Final = tuple(_ISO_639.split())

_HABITS: Final = {
    "at": "de", "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "jp": "ja",
    "po": "pl", "sp": "es", "ua": "uk", "us": "en",
}  # fmt: skip
"""What people write for a language, mostly the country's code -> its code."""


def likely_language(text: str) -> str:
    """The code, if there is one, that was meant by a text that is none."""
    small, *region = text.lower().split("-")
    return "-".join((_HABITS.get(small, small), *(part.upper() for part in region)))
