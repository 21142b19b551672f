"""What the name of a drawing says of it: its text and its pictogram.

Names are those of *mapillary_sprite_source*, ``category--meaning--gN``; only the meaning counts.
"""

from __future__ import annotations

import re
from typing import Final

from attributes.training.labels import NO_PICTOGRAM

UNLABELLED: Final = "?"
"""Text that is present, but long, of several lines, illegible or not latin."""

_NUMBER: Final = re.compile(r"(?:speed-limit|minimum-speed|speed-limit-led)-(\d+)$")
_WORDY: Final = re.compile(
    r"(?:weight|height|width|length|axle)-(?:limit|restriction)|minimum-safe-distance|distance$|"
    r"speed-limit-zone|^texts?$|street-name|[-_]route|^bike-route|time-restrictions|-reference-|"
    r"school-zone|highway-(?:exit|directions|interchange)|fines|^directions$|^except-|^including-|"
    r"-parking$|parking-(?:zone|restrictions)|^parking-area|push-button|^triple-lanes-|^dual-lanes|"
    r"no-parking-or|^no-turn-on-red$|^lane-control|^do-not-|-wrong-way|-yield-|-on-red|-enforced$"
)


def text_of(meaning: str) -> str:
    """What stands on the sign as far as its name says it."""
    if found := _NUMBER.search(meaning):
        return found[1]
    if meaning == "stop":
        return "STOP"
    return UNLABELLED if _WORDY.search(meaning) else ""


_PREFIXES: Final = re.compile(r"^(?:end-of-no-|end-of-|no-|except-|including-)")
_SUFFIXES: Final = re.compile(r"-(?:only|permitted|crossing)$")
_NOTHING_DRAWN: Final = re.compile(
    r"speed-limit|minimum-speed|^stop$|^yield$|^(?:end-of-)?priority-road$|^no-entry$|"
    r"^no-stopping$|no-parking(?:-or-(?:no-)?stopping)?$|^parking$|texts?$|street-name|"
    r"^end-of-prohibition$|road-closed|^weight-limit$|distance$|parking-(?:zone|restrictions)|"
    r"highway-(?:directions|exit|interchange|reference|interstate|preferential)|directions$|"
    r"(?:interstate|state|truck)-route|^lane-control-(?:inter|left|right)|^time-restrictions$|"
    r"^(?:detour-ahead|construction-ahead|ramp-closed|hospital|end-of-school-zone|"
    r"all-way|building-direction|cross-only-on-green|do-not-[\w-]+|fine-for-littering|lane-control|"
    r"left-turn-yield-on-green|pass-with-care|passing-lane-ahead|radar-enforced|no-passing-zone|"
    r"speeding-fines-increased|stay-in-lane|taxi-only|toll-pass-only|wrong-way|your-speed|"
    r"no-turn-on-red|no-through-trucks|divided-highway-crossing|tourism-information|stop-signals|"
    r"stop-permitted|restricted-zone|road-toll-ahead|sand|wind|slow|ford|speed-camera|"
    r"traffic-slow|no-abnormal-vehicles|no-learner-drivers|subway|sidewalk-closed|use-crosswalk|"
    r"detour-or-construction-ahead|rest-area|pedestrians-push-button|"
    r"in-street-pedestrian-crossing)$"
)
_WORDS: Final[dict[str, str]] = {
    "or": "and",
    "trucks": "heavy-goods-vehicle",
    "truck": "heavy-goods-vehicle",
    "bicyclists": "bicycle",
    "cyclists": "bicycle",
    "buses": "bus",
    "kangaloo": "kangaroo",
} | {
    f"{word}s": word
    for word in [
        "atv",
        "bicycle",
        "caravan",
        "cart",
        "equestrian",
        "moped",
        "motorcycle",
        "pedestrian",
        "rickshaw",
        "snowmobile",
        "tank",
        "tractor",
        "trailer",
        "train",
        "tram",
        "tricycle",
        "vehicle",
    ]
}
PICTOGRAMS: Final[dict[str, str]] = {
    # arrows
    "both-directions": "double-arrow-horizontal",
    "look": "double-arrow-horizontal",
    "restriction-in-both-directions": "double-arrow-vertical",
    "end-of-two-way-traffic": "double-arrow-vertical",
    "one-direction-left": "arrow-left",
    "one-direction-right": "arrow-right",
    "one-way-left": "arrow-left",
    "one-way-right": "arrow-right",
    "detour-left": "arrow-left",
    "detour-right": "arrow-right",
    "detour": "arrow-right",
    "pass-left": "keep-left-arrow",
    "pass-right": "keep-right-arrow",
    "keep-left": "keep-left-arrow",
    "keep-right": "keep-right-arrow",
    "turn-left": "turn-left-arrow",
    "turn-right": "turn-right-arrow",
    "turn-left-ahead": "turn-left-arrow",
    "turn-right-ahead": "turn-right-arrow",
    "no-left-turn": "turn-left-arrow",
    "no-right-turn": "turn-right-arrow",
    "go-left": "arrow-up-left",
    "go-right": "arrow-up-right",
    "dead-end-go-left": "arrow-up-left",
    "dead-end-go-right": "arrow-up-right",
    "go-straight": "arrow-straight",
    "one-way-straight": "arrow-straight",
    "end-of-one-way-straight": "arrow-straight",
    "no-straight-through": "arrow-straight",
    "go-straight-or-turn-left": "straight-or-left-arrow",
    "go-straight-or-turn-right": "straight-or-right-arrow",
    "no-go-straight-or-turn-left": "straight-or-left-arrow",
    "no-go-straight-or-turn-right": "straight-or-right-arrow",
    "turn-left-or-right": "left-or-right-arrow",
    "no-turns": "left-or-right-arrow",
    "pass-on-either-side": "pass-either-side-arrows",
    "pass-left-or-right": "pass-either-side-arrows",
    "all-directions-permitted": "all-directions-arrow",
    "central-lane": "arrow-down",
    "give-way-to-oncoming-traffic": "oncoming-arrows",
    "priority-over-oncoming-vehicles": "oncoming-arrows",
    "two-way-traffic": "two-way-down-up",
    "reversible-lanes": "center-lane-arrows",
    # vehicles
    "vehicles": "car-side",
    "vehicles-only": "car-side",
    "vehicles-crossing": "car-side",
    "except-vehicles": "car-side",
    "no-motor-vehicles": "car-and-motorcycle",
    "no-motor-vehicles-except-motorcycles": "car-front",
    "limited-access-road": "car-front",
    "end-of-limited-access-road": "car-front",
    "vehicles-or-buses": "car-and-bus",
    "including-buses-vehicles": "bus-and-car",
    "buses": "bus-side",
    "buses-only": "bus-side",
    "no-buses": "bus-side",
    "no-tour-buses": "bus-side",
    "except-buses": "bus-side",
    "end-of-buses-only": "bus-side",
    "buses-and-taxi-only": "bus-side",
    "end-of-bus-and-taxi-only": "bus-side",
    "bus-lane-straight": "bus-and-lane-arrow",
    "bus-priority-lane": "bus-and-lane-arrow",
    "carts": "horse-cart",
    "no-carts": "horse-cart",
    "except-carts": "horse-cart",
    "caravan-trailers": "caravan",
    "no-caravan-trailers": "car-with-caravan",
    "slippery-for-caravan-trailers": "car-with-caravan",
    "trailer-camping": "caravan",
    "caravans": "motorhome",
    "no-caravans": "motorhome",
    "caravan-parking": "motorhome",
    "caravan-trailer-parking": "motorhome-and-caravan",
    "no-caravans-or-caravan-trailers": "motorhome-and-caravan",
    "no-motor-vehicle-trailers": "trailer",
    "no-goods-vehicle-trailers": "truck-with-trailer",
    "no-trailers": "cars-with-trailers",
    "no-good-trailers": "articulated-truck",
    "truck-parking": "articulated-truck",
    "heavy-goods-vehicles-permitted": "truck-rear",
    "trams-crossing": "tram",
    "tram-bus-stop": "tram-and-bus",
    "no-tractors": "tractor-with-driver",
    "train-or-light-rail-station": "train-station",
    "dangerous-or-pollutant-good": "tanker-over-water",
    "water-protection-zone": "tanker-over-water",
    "no-vehicles-carrying-dangerous-water-pollutants": "tanker-over-water",
    "vehicles-carrying-dangerous-goods-only": "tanker-with-diamond",
    "vehicles-carrying-dangerous-goods-permitted": "black-diamond",
    "no-vehicles-carrying-dangerous-goods": "truck-with-orange-panel",
    "vehicles-carrying-hazardous-goods-permitted": NO_PICTOGRAM,
    "no-vehicles-carrying-explosives": "exploding-car",
    "vehicles-carrying-explosives-only": "exploding-car",
    "low-speed-vehicle-permitted": "low-speed-car",
    "no-low-speed-vehicles": "low-speed-car",
    "overtaking-allowed-heavy-good-vehicles": "truck-beside-car",
    "end-of-overtaking-permitted-heavy-good-vehicles": "truck-beside-car",
    "no-overtaking-by-heavy-goods-vehicles": "truck-beside-car",
    "end-of-no-overtaking-by-heavy-goods-vehicles": "truck-beside-car",
    "end-of-no-overtaking-by-motorcycles": "motorcycle-beside-car",
    "no-overtaking-atvs": "two-atvs",
    "trucks-on-right": "car-beside-truck",
    "no-overtaking": "two-cars",
    "end-of-no-overtaking": "two-cars",
    "no-cargo-loading": "truck-loading",
    "cargo-loading-zone": "truck-loading",
    "no-passenger-loading": "bus-with-passengers",
    "passenger-loading-zone": "bus-with-passengers",
    "traffic-queues-likely": "traffic-queue",
    "traffic-queues": "traffic-queue",
    "no-horn": "horn-trumpet",
    "end-of-no-horn": "horn-trumpet",
    "horn": "horn-with-flashes",
    "low-beam-headlights": "headlight",
    "end-of-low-beam-headlights": "headlight",
    # cyclists and pedestrians
    "bicycles-crossing": "bicycle",
    "bike-route": "bicycle",
    "bicycle-parking": "bicycle",
    "give-way-to-bicycles": "bicycle",
    "bicycles-wrong-way": "bicycle",
    "bicycles-yield-or-use-signal": "bicycle",
    "bicycles-stop-on-red": "bicycle",
    "bicycles-and-pedestrians-detour": "bicycle-and-pedestrian",
    "bicycles-or-pedestrians-detour": "pedestrian",
    "cycling-restriction": "person-with-bicycle",
    "end-of-cycling-restriction": "person-with-bicycle",
    "cyclists-dismount-and-walk": "person-pushing-bicycle",
    "cycling-two-abreast-permitted": "two-cyclists",
    "bicycle-lane": "cyclist-before-car",
    "end-of-bicycle-lane": "cyclist-before-car",
    "pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "pedestrians-bicycles-permitted": "pedestrian-over-bicycle",
    "no-pedestrians-or-bicycles": "pedestrian-over-bicycle",
    "shared-path-pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "end-of-shared-path-pedestrians-and-bicycles": "pedestrian-over-bicycle",
    "shared-path-bicycles-and-pedestrians": "bicycle-over-pedestrian",
    "end-of-shared-path-bicycles-and-pedestrians": "bicycle-over-pedestrian",
    "dual-path-bicycles-and-pedestrians": "bicycle-beside-pedestrian",
    "end-of-dual-path-bicycles-and-pedestrians": "bicycle-beside-pedestrian",
    "dual-path-pedestrians-and-bicycles": "pedestrian-beside-bicycle",
    "end-of-dual-path-pedestrians-and-bicycles": "pedestrian-beside-bicycle",
    "trail-crossing": "pedestrian-over-bicycle",
    "pedestrians-only": "adult-with-child",
    "end-of-pedestrians-only": "adult-with-child",
    "no-pedestrians": "pedestrian",
    "pedestrians-crossing": "pedestrian-on-crossing",
    "cross-only-on-pedestrian-signal": "pedestrian",
    "disabled-persons": "wheelchair",
    "disabled-persons-crossing": "wheelchair",
    "reserved-parking": "wheelchair",
    "school-zone": "schoolchildren",
    "children": "children",
    "no-skiing": "skier-cross-country",
    "skiers": "skier-cross-country",
    # what is seen on warning signs
    "end-of-road-works": "road-worker",
    "roadworks": "road-worker",
    "wild-animals": "deer",
    "low-flying-aircraft": "airplane",
    "icy-road": "snowflake",
    "when-snowy": "snowflake",
    "snow": "snowflakes",
    "when-foggy": "foggy-road",
    "bridge": "humped-bridge",
    "other-danger": "exclamation-mark",
    "traffic-signals": "traffic-lights",
    "traffic-signal-photo-enforced": "traffic-lights",
    "expressway": "motorway",
    "slippery-road-surface": "slippery-road",
    "t-roads": "t-junction",
    "y-roads": "y-junction",
    "kangaloo-crossing": "kangaroo",
    "photo-enforced": "camera-flash",
    "camera": "photo-camera",
    "built-up-area": "skyline",
    "end-of-built-up-area": "skyline",
    "camp": "tent",
    "trees": "trees-over-road",
    "limited-lighting-under-trees": "trees-over-road",
    "snow-chains": "tyre-with-chains",
    "end-of-snow-chains": "tyre-with-chains",
    "weekends-or-holidays": "asterisk",
    "working-days": "crossed-hammers",
    "priority-route-at-intersection": "priority-route",
    "width-limit": "width-arrows",
    "width-restriction": "width-arrows",
    "height-limit": "height-arrows",
    "height-restriction": "height-arrows",
    "length-limit": "truck-length",
    "length-restriction": "truck-length",
    "axle-limit": "axle",
    "axle-restriction": "axle",
    "weight-limit-per-axle": "axle-load",
    "weight-limit-per-tandem-axle": "tandem-axle",
    "railroad-crossing-without-barriers": "steam-locomotive",
    "railroad": "steam-locomotive",
    "trains": "steam-locomotive",
    "except-railroad-crossing": "crossbuck-rails",
}
"""Name of the pictogram by meaning, where the rule on words does not give a good one."""


def pictogram_of(meaning: str) -> str:
    """Name of what is drawn, independent of the plate it is drawn on.

    Prohibited, ordered and announced things share a name (``no-bicycles``, ``bicycles-only``); a
    thing that looks left and one that looks right share it too unless the side is the meaning.
    """
    if meaning in PICTOGRAMS:
        return PICTOGRAMS[meaning]
    if _NOTHING_DRAWN.search(meaning):
        return NO_PICTOGRAM
    name = _SUFFIXES.sub("", _PREFIXES.sub("", meaning)).replace("_", "-")
    name = name.replace("heavy-goods-vehicles", "trucks")
    return "-".join(_WORDS.get(word, word) for word in name.split("-"))
