"""Reading one file: what YAML may say, countries and exemplars."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_errors import codes
from rule_fixture_types import LoadText, WriteFile

from rules import CatalogueError, CountryError, Severity, load_catalogue

TWO_COUNTRIES = """\
version: 1
signs:
  - {id: de.1, name: {en: One}, when: {shape: circle}, country: DE}
  - {id: at.1, name: {en: One}, when: {shape: circle}, country: AT}
"""
UNBOUND = "  - {id: xx.1, name: {en: One}, when: {shape: circle}}\n"


class TestScalars:
    def test_words_that_yaml_1_1_would_convert_stay_text(self, load: LoadText) -> None:
        catalogue = load(
            """\
            version: 1
            country: NO
            pictograms: {yes: {artwork: [made:x]}}
            signs:
              - {id: no.1, name: {no: on}, when: {text: NO, pictogram: yes}}
              - {id: no.2, name: {en: 22:30, de: 012, fr: 1_000}, pictogram: yes}
            """
        )
        assert catalogue.country == "NO"
        assert catalogue.by_id["no.1"].names == {"no": "on"}
        assert catalogue.by_id["no.2"].names == {"en": "22:30", "de": "012", "fr": "1_000"}

    @pytest.mark.parametrize("number", ["012", "1_000", "0x10", "1e3", ".5", ".inf", "9" * 5000])
    def test_only_plain_decimal_numbers_are_numbers(self, write: WriteFile, number: str) -> None:
        text = f"version: 1\nsigns:\n  - {{id: de.1, name: {{en: x}}, when: {{digits: {number}}}}}"
        assert codes(write("a.yaml", text)) == ["unknown-value"]


class TestMissingFiles:
    def test_what_lies_there_and_is_called_alike_is_told(
        self, write: WriteFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(write("belgium.yaml", "version: 1\n").parent)
        with pytest.raises(CatalogueError, match=r"did you mean `belgium\.yaml`\?"):
            load_catalogue("belguim.yaml")


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "missing-key"),
            ("# only a comment\n", "missing-key"),
            ("[version, 1]", "wrong-type"),
            ("version", "wrong-type"),
            ("version: 1\n---\nversion: 1\n", "yaml-feature"),
            ("version: !!int 1", "yaml-feature"),
            ("version: 1\nsigns: !!python/object:os.system []", "yaml-feature"),
            ("version: 1\ncountry: !DE", "yaml-feature"),
            ("version: 1\nsigns: *nowhere", "yaml-feature"),
            ("version: 1\nsigns: &a [*a]", "yaml-feature"),
            ("? [a]\n: 1", "yaml-feature"),
            ("'': 1", "yaml-feature"),
            ("version: 1\nsigns: " + "[" * 10_000, "yaml-feature"),
            ("version: 1\nfaces: " + "{a: " * 10_000, "yaml-feature"),
            ("version: 1\nsigns: \x07", "bad-characters"),
            ("version: 1\nsigns: 'a\u2028b'", "bad-characters"),
            ("\ufeff\ufeffversion: 1", "bad-characters"),
            ("version: 1\nsigns: [", "yaml-syntax"),
            ("version: true", "wrong-type"),
            ("version: 2", "wrong-type"),
            ("version: 1\nsigns: null", "missing-key"),
        ],
    )
    def test_is_refused_with_a_reason(self, write: WriteFile, text: str, problem: str) -> None:
        assert codes(write("a.yaml", text)) == [problem]

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("version: 1\nsigns: 'a\n\n\n", "2:8"),
            ('version: 1\nfaces: {a: "b}\nsigns: []\n', "2:12"),
            ("version: 1\nsigns: [\n", "2:8"),
            ("version: 1\nsigns: [a, b\n", "2:8"),
            ("version: 1\nsigns: [{a: b},\n  {c: d\n", "3:3"),
            ("version: 1\nfaces: {a: {b: c}, d:\n", "2:8"),
            ("version: 1\nfaces: &a {b: c\nsigns: []\n", "2:11"),
            ("version: 1\nsigns: [a: b,\n", "2:8"),
            ("version: 1\nfaces: {a: b: c}\n", "2:13"),
        ],
    )
    def test_what_is_not_closed_is_reported_where_it_opens(
        self, write: WriteFile, text: str, place: str
    ) -> None:
        with pytest.raises(CatalogueError, match=rf"a\.yaml:{place}: error SR003"):
            load_catalogue(write("a.yaml", text))

    def test_an_alias_bomb_is_bounded(self, write: WriteFile) -> None:
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
        assert codes(write("a.yaml", "\n".join(lines))) == ["yaml-feature"]

    def test_aliases_are_as_deep_as_what_they_stand_for(self, write: WriteFile) -> None:
        lines = ["version: 1", "faces:", "  f0: &a0 {shape: circle}"]
        lines += [f"  f{i}: &a{i} {{any: [*a{i - 1}]}}" for i in range(1, 300)]
        # Each line adds a mapping and a list to the two that all faces stand in.
        with pytest.raises(CatalogueError, match=r"a\.yaml:22:20: .* nested deeper than 40 levels"):
            load_catalogue(write("a.yaml", "\n".join(lines)))
        assert len(load_catalogue(write("a.yaml", "\n".join(lines[:21]))).faces) == 19

    def test_what_holds_a_deep_alias_counts_as_deep(self, write: WriteFile) -> None:
        lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [x, *a{i - 1}, x]" for i in range(1, 200))]
        with pytest.raises(CatalogueError, match=r"a\.yaml:40:15: .* nested deeper than 40 levels"):
            load_catalogue(write("a.yaml", "\n".join(lines)))

    def test_an_alias_may_repeat_a_value(self, load: LoadText) -> None:
        catalogue = load(
            """\
            version: 1
            signs:
              - {id: de.1, name: &name {en: Same}, when: &when {shape: circle}}
              - {id: de.2, name: *name, when: *when}
            """
        )
        assert catalogue.by_id["de.1"].names == catalogue.by_id["de.2"].names

    def test_bytes_that_are_not_utf_8_are_located(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_bytes("version: 1\ncountry: ü".encode("latin-1"))
        with pytest.raises(CatalogueError, match=r"a.yaml:2:10: .* byte 0xfc is not UTF-8"):
            load_catalogue(path)

    def test_a_byte_order_mark_before_utf_8_is_no_part_of_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text("version: 1\nsigns: [1]\n", encoding="utf-8-sig")
        with pytest.raises(CatalogueError, match=r"a.yaml:2:9: error"):
            load_catalogue(path)

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16_is_called_so(self, tmp_path: Path, encoding: str) -> None:
        path = tmp_path / "a.yaml"
        path.write_bytes("\ufeffversion: 1".encode(encoding))
        with pytest.raises(CatalogueError, match="the file is in UTF-16"):
            load_catalogue(path)

    def test_a_file_that_is_too_large_is_not_read_to_its_end(self, write: WriteFile) -> None:
        assert codes(write("a.yaml", "# x\n" * 2**20 + "#")) == ["too-large"]

    @pytest.mark.parametrize("name", ["nothing.yaml", "."])
    def test_no_file_is_a_catalogue_error_too(self, tmp_path: Path, name: str) -> None:
        assert codes(tmp_path / name) == ["unreadable-file"]

    def test_a_folder_is_called_one(self, tmp_path: Path) -> None:
        with pytest.raises(CatalogueError, match="this is a folder, not a file"):
            load_catalogue(tmp_path)

    def test_a_device_that_might_never_end_is_not_read(self) -> None:
        with pytest.raises(CatalogueError, match="this is not a regular file"):
            load_catalogue("/dev/zero")

    @pytest.mark.parametrize("count", [100, 101, 150, 5000])
    def test_a_file_wrong_everywhere_tells_only_the_first_mistakes_and_that_there_are_more(
        self, write: WriteFile, count: int
    ) -> None:
        write("b.yaml", "version: 1\nkey: 1\n")
        text = "version: 1\ninclude: [b.yaml]\n" + "".join(f"key{i}: 1\n" for i in range(count))
        path = write("a.yaml", text)
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(path)
        *mistakes, last = [d for d in raised.value.diagnostics if d.position.file == str(path)]
        if count == 100:
            assert [d.name for d in (*mistakes, last)] == ["unknown-key"] * 100
            return
        assert [d.name for d in mistakes] == ["unknown-key"] * 100
        assert (last.name, last.severity) == ("too-large", Severity.INFO)
        assert last.message == "this file has more mistakes than the 100 that are told"
        assert last.position == mistakes[-1].position

    def test_mistakes_that_the_first_hundred_hide_until_later_are_said_to_be_there(
        self, write: WriteFile
    ) -> None:
        sign = "  - {{id: de.{0}, name: {{en: x}}, when: {{face: f{0}}}}}\n"
        signs = "".join(sign.format(number) for number in range(150))
        told = codes(write("a.yaml", f"version: 1\nsigns:\n{signs}"))
        assert told == ["undefined-name"] * 100 + ["too-large"]

    @pytest.mark.parametrize(
        ("when", "told"),
        [
            ("{shape: circel}", "`circel` is no value of `shape`"),
            ("{shpe: circle}", "unknown key `shpe` in sign `de.0`"),
            ("{digits: {max: 5}}", "the condition has no `min`"),
            ("{bar: [none, slsh]}", "`slsh` is no value of `bar`"),
        ],
    )
    def test_a_mistake_that_aliases_repeat_is_told_once_and_hides_no_other(
        self, write: WriteFile, when: str, told: str
    ) -> None:
        sign = "  - {{id: de.{0}, name: {{en: x}}, when: {1}}}\n"
        repeated = "".join(sign.format(number, "*w") for number in range(1, 120))
        others = sign.format("x", "{border: rde}") + sign.format("y", "{face: nope}")
        signs = sign.format(0, f"&w {when}") + repeated + others
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("a.yaml", f"version: 1\nsigns:\n{signs}"))
        assert [d.message for d in raised.value.diagnostics] == [
            told,
            "`rde` is no value of `border`",
            "no face is called `nope`",
        ]

    def test_different_mistakes_at_one_anchor_are_all_told(self, write: WriteFile) -> None:
        # Each key that the alias stands under may want something else.
        text = "version: 1\nfaces: {a: {border: &x gren, background: *x, <list>: *x, <word>: *x}}\n"
        assert codes(write("a.yaml", text)) == ["unknown-value"] * 2 + ["unknown-key"] * 2

    def test_the_numbers_of_all_ranges_are_bounded(self, write: WriteFile) -> None:
        sign = "  - {{id: de.{0}, name: {{en: x}}, when: {{digits: {{min: {0}, max: {1}}}}}}}\n"
        signs = "".join(sign.format(i, i + 1999) for i in range(150))
        assert codes(write("a.yaml", "version: 1\nsigns:\n" + signs)) == ["too-large"]

    def test_a_long_line_is_shown_around_the_mistake(self, write: WriteFile) -> None:
        path = write("a.yaml", "version: 1\nfaces: {a: {bar: [" + "none, " * 90 + "slsh]}}\n")
        with pytest.raises(CatalogueError, match=r"\n  \| {48,51}\^{4}\n"):
            load_catalogue(path)

    def test_chains_of_faces_are_bounded(self, write: WriteFile) -> None:
        chain = "".join(f"  f{i}: {{face: f{i + 1}}}\n" for i in range(2000))
        text = f"version: 1\nfaces:\n{chain}  f2000: {{shape: circle}}\n"
        assert set(codes(write("a.yaml", text))) == {"too-large"}

    @pytest.mark.parametrize("count", [16, 17])
    def test_chains_of_files_are_bounded(self, write: WriteFile, count: int) -> None:
        for number in range(1, count):
            more = f"include: [f{number + 1}.yaml]\n" if number < count - 1 else ""
            write(f"f{number}.yaml", f"version: 1\n{more}")
        path = write("f0.yaml", "version: 1\ninclude: [f1.yaml]\n")
        if count == 16:
            assert len(load_catalogue(path).files) == 16
        else:
            assert codes(path) == ["too-large"]

    @pytest.mark.parametrize("count", [64, 65])
    def test_the_files_of_one_catalogue_are_bounded(self, write: WriteFile, count: int) -> None:
        names = [f"f{number}.yaml" for number in range(1, count)]
        for name in names:
            write(name, "version: 1\n")
        path = write("f0.yaml", f"version: 1\ninclude: [{', '.join(names)}]\n")
        if count == 64:
            assert len(load_catalogue(path).files) == 64
        else:
            assert codes(path) == ["too-large"]


@pytest.mark.parametrize(
    ("sign", "told"),
    [
        ("{id: de.1, name: {en: x}, wehn: {shape: circle}}", "unknown-key"),
        ("{id: de.1, name: {en: x}, when: {shpe: circle}}", "unknown-key"),
        ("{id: de.1, name: {en: x}, when: {any: [{shpe: circle}]}}", "unknown-key"),
        ("{id: de.1, name: {en:x}, when: {shape: circle}}", "missing-key"),
        ("{id: de.1, name: {en: x}, when: {shape: !circle }}", "yaml-feature"),
        ("{id: de.1, name: x, when: {text: any}, value: {from: text}}", "wrong-type"),
    ],
)
def test_what_a_mistake_leaves_behind_is_not_told_as_another(
    write: WriteFile, sign: str, told: str
) -> None:
    assert codes(write("a.yaml", f"version: 1\nsigns: [{sign}]\n")) == [told]


class TestCountries:
    def test_a_country_leaves_its_signs_and_those_of_none(self, load: LoadText) -> None:
        restricted = load(TWO_COUNTRIES + UNBOUND).restricted_to("AT")
        assert [sign.id for sign in restricted.signs] == ["at.1", "xx.1"]

    @pytest.mark.parametrize(
        ("country", "told"),
        [
            ("de", "country `de`; expected AT or DE; did you mean `DE`?"),
            ("FR", "country `FR`; expected AT or DE"),
        ],
    )
    def test_a_country_that_no_sign_has_is_refused(
        self, load: LoadText, country: str, told: str
    ) -> None:
        with pytest.raises(CountryError) as refused:
            load(TWO_COUNTRIES + UNBOUND).restricted_to(country)
        assert str(refused.value).endswith("catalogue.yaml: no sign belongs to the " + told)

    @pytest.mark.parametrize("code", ["DE", "NO", "XK"])
    def test_are_written_as_iso_3166_has_them(self, load: LoadText, code: str) -> None:
        assert load(f"version: 1\ncountry: {code}\n").country == code

    @pytest.mark.parametrize("code", ["XX", "UK", "de", "DEU", "DE-BY"])
    def test_other_codes_are_refused(self, write: WriteFile, code: str) -> None:
        assert codes(write("a.yaml", f"version: 1\ncountry: {code}\n")) == ["invalid-value"]

    def test_without_countries_any_is_fine(self, load: LoadText) -> None:
        catalogue = load("version: 1\nsigns:\n" + UNBOUND)
        assert catalogue.restricted_to("FR").signs == catalogue.signs


class TestExemplars:
    def test_are_found_relative_to_the_file_that_names_them(
        self, write: WriteFile, tmp_path: Path
    ) -> None:
        picture = write("parts/pictures/deer.png", "not looked at")
        write("parts/p.yaml", "version: 1\npictograms: {deer: {exemplars: [pictures/deer.png]}}\n")
        catalogue = load_catalogue(write("a.yaml", "version: 1\ninclude: [parts/p.yaml]\n"))
        assert catalogue.pictograms["deer"].exemplars == (picture.resolve(),)

    def test_may_not_leave_the_folder_through_a_link(
        self, write: WriteFile, tmp_path: Path
    ) -> None:
        write("secret.png", "x")
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret.png")
        path = write("in/a.yaml", "version: 1\npictograms: {deer: {exemplars: [link.png]}}\n")
        assert codes(path) == ["forbidden-path"]

    def test_may_not_lie_in_another_folder_whose_name_begins_alike(
        self, write: WriteFile, tmp_path: Path
    ) -> None:
        write("signs-secret/deer.png", "x")
        (tmp_path / "signs").mkdir()
        (tmp_path / "signs" / "link.png").symlink_to(tmp_path / "signs-secret" / "deer.png")
        path = write("signs/a.yaml", "version: 1\npictograms: {deer: {exemplars: [link.png]}}\n")
        assert codes(path) == ["forbidden-path"]
