"""How files build on each other: include, extends and remove."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_errors import codes
from rule_fixture_types import WriteFile

from rules import Catalogue, CatalogueError, load_catalogue

SIGN = "  - {{id: {0}, name: {{en: Sign}}, when: {{shape: {1}}}}}\n"
OLD = "  - {id: de.1, name: {en: x}, when: {shape: arrow}, replaced_by: de.2, status: deprecated}\n"


def shape_of(catalogue: Catalogue, sign: str) -> str:
    return catalogue.by_id[sign].alternatives[0].conditions["shape"].phrase


class TestIncludeAndExtends:
    def test_include_adds_signs_faces_and_pictograms(self, write: WriteFile) -> None:
        write("parts/ring.yaml", "version: 1\nfaces: {ring: {shape: circle}}\n")
        path = write(
            "a.yaml",
            """\
            version: 1
            include: [parts/ring.yaml]
            signs: [{id: de.1, name: {en: x}, when: {face: ring}}]
            """,
        )
        catalogue = load_catalogue(path)
        assert shape_of(catalogue, "de.1") == "circle"
        assert [file.name for file in catalogue.files] == ["a.yaml", "ring.yaml"]

    def test_the_same_id_in_two_included_files_is_an_error_with_both_places(
        self, write: WriteFile
    ) -> None:
        write("b.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        write("c.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "diamond"))
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("a.yaml", "version: 1\ninclude: [b.yaml, c.yaml]\n"))
        (diagnostic,) = raised.value.diagnostics
        assert diagnostic.name == "duplicate-name"
        assert Path(diagnostic.position.file).name == "c.yaml"
        assert Path(diagnostic.related[0].position.file).name == "b.yaml"

    @pytest.mark.parametrize(
        ("text", "advice"),
        [
            ("signs:\n" + SIGN.format("de.1", "circle"), "a sign of the same id"),
            ("pictograms: {elk: {exemplars: [a.png]}}\n", "a pictogram of the same name"),
        ],
    )
    def test_what_is_included_and_defined_again_is_told_how_to_replace(
        self, write: WriteFile, text: str, advice: str
    ) -> None:
        write("b.yaml", f"version: 1\n{text}")
        write("a.png", "")
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("a.yaml", f"version: 1\ninclude: [b.yaml]\n{text}"))
        twice = next(d for d in raised.value.diagnostics if d.name == "duplicate-name")
        assert twice.suggestion == f"`extends:` replaces {advice}, `include:` does not"

    def test_a_file_included_twice_counts_once(self, write: WriteFile) -> None:
        write("d.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        write("b.yaml", "version: 1\ninclude: [d.yaml]\n")
        write("c.yaml", "version: 1\ncountry: DE\ninclude: [d.yaml]\n")
        path = write("a.yaml", "version: 1\ninclude: [b.yaml, c.yaml]\n")
        assert [s.id for s in load_catalogue(path).signs] == ["de.1"]

    def test_a_star_removes_all_signs_that_begin_so(self, write: WriteFile) -> None:
        sign = "  - {id: %s, name: {en: S}, when: {shape: circle}}\n"
        base = "version: 1\nsigns:\n" + "".join(sign % i for i in ("de.1", "de.10", "at.1"))
        write("signs.yaml", base)
        path = write("a.yaml", "version: 1\nextends: signs.yaml\nremove: [de.*]\n")
        assert [s.id for s in load_catalogue(path).signs] == ["at.1"]

    def test_extends_overrides_removes_and_takes_over_the_country(self, write: WriteFile) -> None:
        signs = "".join(SIGN.format(f"de.{i}", "circle") for i in (1, 2, 3))
        write("signs.yaml", "version: 1\ncountry: DE\nsigns:\n" + signs)
        path = write(
            "catalogues/be.yaml",
            "version: 1\ncountry: BE\nextends: ../signs.yaml\nremove: [de.3]\nsigns:\n"
            + SIGN.format("de.2", "diamond")
            + SIGN.format("be.1", "octagon"),
        )
        catalogue = load_catalogue(path)
        assert catalogue.country == "BE"
        assert {s.id: s.country for s in catalogue.signs} == dict.fromkeys(
            ("de.1", "de.2", "be.1"), "BE"
        )
        assert shape_of(catalogue, "de.2") == "diamond"

    def test_own_and_included_signs_take_over_an_inherited_country(self, write: WriteFile) -> None:
        write("base.yaml", "version: 1\ncountry: DE\nsigns:\n" + SIGN.format("de.1", "circle"))
        write("more.yaml", "version: 1\nsigns:\n" + SIGN.format("de.3", "square"))
        text = "version: 1\nextends: base.yaml\ninclude: [more.yaml]\nsigns:\n"
        catalogue = load_catalogue(write("own.yaml", text + SIGN.format("de.2", "diamond")))
        assert {s.id: s.country for s in catalogue.signs} == {
            "de.1": "DE", "de.2": "DE", "de.3": "DE",
        }  # fmt: skip

    def test_included_signs_take_over_the_country_of_the_including_file(
        self, write: WriteFile
    ) -> None:
        write("part.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        path = write("de.yaml", "version: 1\ncountry: DE\ninclude: [part.yaml]\n")
        assert [s.country for s in load_catalogue(path).signs] == ["DE"]

    def test_a_sign_that_states_its_own_country_keeps_it_where_it_is_extended(
        self, write: WriteFile
    ) -> None:
        stated = "  - {id: at.1, name: {en: Sign}, when: {shape: square}, country: AT}\n"
        signs = SIGN.format("de.1", "circle") + stated
        write("de.yaml", f"version: 1\ncountry: DE\nsigns:\n{signs}")
        path = write("be.yaml", "version: 1\ncountry: BE\nextends: de.yaml\n")
        countries = {s.id: s.country for s in load_catalogue(path).signs}
        assert countries == {"de.1": "BE", "at.1": "AT"}

    def test_a_sign_that_comes_twice_is_of_one_country(self, write: WriteFile) -> None:
        write("shared.yaml", "version: 1\nsigns:\n" + SIGN.format("xx.1", "circle"))
        for country in ("de", "at"):
            text = f"version: 1\ncountry: {country.upper()}\nextends: shared.yaml\n"
            write(f"{country}.yaml", text)
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("both.yaml", "version: 1\ninclude: [de.yaml, at.yaml]\n"))
        (diagnostic,) = raised.value.diagnostics
        assert diagnostic.message == "the sign `xx.1` comes twice, as one of DE and one of AT"

    def test_a_sign_that_comes_once_without_a_country_stands_in_all(self, write: WriteFile) -> None:
        write("shared.yaml", "version: 1\nsigns:\n" + SIGN.format("xx.1", "circle"))
        write("de.yaml", "version: 1\ncountry: DE\nextends: shared.yaml\n")
        path = write("both.yaml", "version: 1\ninclude: [de.yaml, shared.yaml]\n")
        assert [s.country for s in load_catalogue(path).signs] == [None]

    def test_a_face_that_is_overridden_changes_inherited_signs(self, write: WriteFile) -> None:
        write(
            "signs.yaml",
            """\
            version: 1
            faces: {warning: {shape: triangle}}
            signs: [{id: de.1, name: {en: x}, when: {face: warning}}]
            """,
        )
        path = write(
            "us.yaml", "version: 1\nextends: signs.yaml\nfaces: {warning: {shape: diamond}}\n"
        )
        assert shape_of(load_catalogue(path), "de.1") == "diamond"

    def test_removing_a_sign_that_is_not_there_is_an_error(self, write: WriteFile) -> None:
        write("signs.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        path = write("a.yaml", "version: 1\nextends: signs.yaml\nremove: [de.2]\n")
        assert codes(path) == ["undefined-name"]

    def test_a_sign_that_is_wrong_is_there_to_be_removed(self, write: WriteFile) -> None:
        write("signs.yaml", "version: 1\nsigns: [{id: de.1, when: {shape: circle}}]\n")
        path = write("a.yaml", "version: 1\nextends: signs.yaml\nremove: [de.1]\n")
        assert codes(path) == ["missing-key"]

    @pytest.mark.parametrize("removal", ["de.1", "de.1*"])
    @pytest.mark.parametrize("included", ["b.yaml", "c.yaml", "d.yaml"])
    def test_a_removed_sign_does_not_come_back_with_a_file_that_extends_the_same_one(
        self, write: WriteFile, included: str, removal: str
    ) -> None:
        two = SIGN.format("de.1", "circle") + SIGN.format("de.2", "square")
        write("b.yaml", f"version: 1\nsigns:\n{two}")
        more = SIGN.format("de.3", "diamond")
        write("c.yaml", f"version: 1\ncountry: DE\nextends: b.yaml\nsigns:\n{more}")
        write("d.yaml", "version: 1\ninclude: [c.yaml]\n")
        text = f"version: 1\nextends: b.yaml\nremove: [{removal}]\ninclude: [{included}]\n"
        signs = load_catalogue(write("a.yaml", text)).by_id
        assert set(signs) == {"de.2", *(["de.3"] if included != "b.yaml" else [])}
        # Nor where the extended file says that it shall go.
        text = f"version: 1\nextends: a.yaml\ninclude: [{included}]\n"
        assert set(load_catalogue(write("z.yaml", text)).by_id) == set(signs)

    def test_a_new_sign_may_have_the_id_of_one_that_is_removed(self, write: WriteFile) -> None:
        write("b.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        new = SIGN.format("de.1", "diamond")
        write("c.yaml", f"version: 1\nextends: b.yaml\nsigns:\n{new}")
        text = "version: 1\nextends: b.yaml\nremove: [de.1]\ninclude: [c.yaml]\n"
        assert shape_of(load_catalogue(write("a.yaml", text)), "de.1") == "diamond"

    def test_what_one_included_file_removes_another_one_may_have(self, write: WriteFile) -> None:
        write("b.yaml", "version: 1\nsigns:\n" + SIGN.format("de.1", "circle"))
        write("c.yaml", "version: 1\nextends: b.yaml\nremove: [de.1]\n")
        write("d.yaml", "version: 1\nextends: b.yaml\n")
        path = write("a.yaml", "version: 1\ninclude: [c.yaml, d.yaml]\n")
        assert set(load_catalogue(path).by_id) == {"de.1"}

    @pytest.mark.parametrize(
        ("inherited", "own", "line", "advice"),
        [
            (OLD, "", 3, "remove `de.1` too, or do not remove `de.2`"),
            ("", OLD, 5, "name a sign that stays, or do not remove `de.2`"),
        ],
    )
    def test_of_a_replacement_that_is_removed_is_told_in_the_file_that_removes_it(
        self, write: WriteFile, inherited: str, own: str, line: int, advice: str
    ) -> None:
        new = SIGN.format("de.2", "circle")
        write("signs.yaml", f"version: 1\nsigns:\n{inherited}{new}")
        own = f"{own}{SIGN.format('de.3', 'cross')}"
        path = write("a.yaml", f"version: 1\nextends: signs.yaml\nremove: [de.2]\nsigns:\n{own}")
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(path)
        (mistake,) = raised.value.diagnostics
        assert (Path(mistake.position.file).name, mistake.position.line) == ("a.yaml", line)
        assert mistake.suggestion == advice

    def test_files_that_include_each_other_are_an_error(self, write: WriteFile) -> None:
        write("b.yaml", "version: 1\ninclude: [a.yaml]\n")
        assert codes(write("a.yaml", "version: 1\ninclude: [b.yaml]\n")) == ["cycle"]

    def test_mistakes_of_all_files_come_in_one_run(self, write: WriteFile) -> None:
        write("b.yaml", "version: 1\nsings: []\n")
        write("c.yaml", "version: [\n")
        path = write("a.yaml", "version: 1\ninclude: [b.yaml, c.yaml]\nfaces: {a: {shape: x}}\n")
        assert codes(path) == ["unknown-value", "unknown-key", "yaml-syntax"]

    def test_a_name_is_not_called_undefined_while_a_file_is_unreadable(
        self, write: WriteFile
    ) -> None:
        write("b.yaml", "version: [\n")
        path = write(
            "a.yaml",
            """\
            version: 1
            include: [b.yaml]
            signs: [{id: de.1, name: {en: x}, when: {face: ring}}]
            """,
        )
        assert codes(path) == ["yaml-syntax"]

    def test_what_a_linked_file_extends_is_named_where_it_is(
        self, write: WriteFile, tmp_path: Path
    ) -> None:
        base = write("real/base.yaml", "version: 1\npictograms: {deer: {artwork: [made:x]}}\n")
        write("real/signs.yaml", "version: 1\nextends: base.yaml\n")
        link = tmp_path / "signs.yaml"
        link.symlink_to("real/signs.yaml")
        # The gallery of the extended file is looked for beside this.
        named = load_catalogue(link).pictograms["deer"].position.file
        assert named == str(base.resolve())

    @pytest.mark.parametrize("reference", ["extends: base.yaml", "include: [base.yaml]"])
    def test_a_folder_is_no_file_to_build_on(self, write: WriteFile, reference: str) -> None:
        write("base.yaml/signs.yaml", "version: 1\n")
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("a.yaml", f"version: 1\n{reference}\n"))
        (told,) = raised.value.diagnostics
        assert told.message == "`base.yaml` is a folder, not a file"

    @pytest.mark.parametrize(
        ("reference", "suggestion"),
        [
            ("parts/sings.yaml", "did you mean `parts/signs.yaml`?"),
            ("parts/SIGNS.yaml", "did you mean `parts/signs.yaml`?"),
            ("parts/picture.yaml", None),
            ("aa.yaml", None),
            ("parts/trams.yaml", None),
        ],
    )
    def test_a_file_that_is_not_there_may_be_a_rule_file_beside(
        self, write: WriteFile, reference: str, suggestion: str | None
    ) -> None:
        write("parts/signs.yaml", "version: 1\n")
        write("parts/pictures.png", "not looked at")
        with pytest.raises(CatalogueError) as raised:
            load_catalogue(write("a.yaml", f"version: 1\nextends: {reference}\n"))
        (told,) = raised.value.diagnostics
        assert (told.name, told.suggestion) == ("unreadable-file", suggestion)

    def test_the_names_that_a_sign_without_a_name_uses_are_looked_up(
        self, write: WriteFile
    ) -> None:
        sign = "{id: de.1, name: Limit, when: {face: ring, pictogram: deer}, replaced_by: de.2}"
        path = write("a.yaml", f"version: 1\nsigns: [{sign}]\n")
        assert codes(path) == ["wrong-type", "undefined-name", "undefined-name", "undefined-name"]

    @pytest.mark.parametrize(
        "mistake", ["include: b.yaml", "include: [b.txt]", "extends: b.txt", "faces: [ring]"]
    )
    def test_a_name_is_not_called_undefined_while_whole_parts_are_left_out(
        self, write: WriteFile, mistake: str
    ) -> None:
        sign = "signs: [{id: de.1, name: {en: x}, when: {face: ring}}]\n"
        assert "undefined-name" not in codes(write("a.yaml", f"version: 1\n{mistake}\n{sign}"))

    def test_an_overlay_stands_for_a_file_that_is_not_written_yet(self, write: WriteFile) -> None:
        path = write("a.yaml", "version: 1\n")
        new = "version: 1\nsigns:\n" + SIGN.format("de.1", "circle")
        assert [s.id for s in load_catalogue(path, overlay={path: new}).signs] == ["de.1"]
        assert load_catalogue(path).signs == ()
