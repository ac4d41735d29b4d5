"""Photographs: encrypted, stripped of what they carry along, unreadable once the key is gone."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from openpresso.clinic.clinic import Clinic
from openpresso.clinic.consent import consent
from openpresso.clinic.desk import Desk
from openpresso.clinic.errors import NotFoundError, RefusedError, StoreError
from openpresso.clinic.measures import photograph, picture
from openpresso.clinic.measures.photograph import ClientKey
from openpresso.clinic.measures.vault import Vault, make_key_file, new_names, read_key_file
from openpresso.errors import InputError
from tests.clinic.measures.course_of import new_client

DeskOf = Callable[..., AbstractContextManager[Desk]]
BOUND = "practice 1 client 1"


def photo(form: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture with a place, a camera and a comment in it."""
    image, out = Image.new("RGB", size, (200, 120, 90)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {2: (52.0, 31.0, 12.0), 1: "N"}
    image.save(out, form, exif=exif)
    return out.getvalue()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    key = make_key_file(tmp_path / "practice.key")
    return Vault(tmp_path / "pictures", read_key_file(key))


@pytest.fixture
def agreed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Purposes that every client has consented to; a test takes some out."""
    purposes = {"photographs"}
    monkeypatch.setattr(consent, "standing", lambda *_: dict.fromkeys(purposes))
    return purposes


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew_without_what_it_carried_along(form: str) -> None:
    content = photo(form)
    assert b"SecretCamera" in content
    whole, small = picture.clean(content)
    for made in (whole, small):
        assert b"SecretCamera" not in made
        with Image.open(io.BytesIO(made)) as image:
            assert image.format == "JPEG"
            assert not dict(image.getexif())
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    with Image.open(io.BytesIO(small)) as image:
        assert image.size == (320, 240)


def test_a_picture_that_lies_on_its_side_is_put_upright_before_its_exif_goes() -> None:
    image, out, exif = Image.new("RGB", (40, 20)), io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(picture.clean(out.getvalue())[0])) as upright:
        assert upright.size == (20, 40)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-a-picture"),
        (b"%PDF-1.7 evil.jpg", "not-a-picture"),
        (b"\xff\xd8\xff and then nothing", "not-a-picture"),
        (photo()[:200], "not-a-picture"),
        (b"\xff\xd8\xff" + bytes(20_000_000), "file-too-large"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        picture.clean(content)
    assert caught.value.code == code


def test_a_small_file_with_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 50_000
    with pytest.raises(InputError, match="81 million pixels"):
        picture.clean(out.getvalue())


@given(st.text(max_size=60))
def test_no_typed_name_becomes_a_path(name: str) -> None:
    vault = Vault(Path("nowhere"), bytes(32))
    for act in (vault.sealed, vault.remove):
        with pytest.raises(InputError):
            act(name)


@pytest.mark.parametrize(
    "name", ["../practice.key", "/etc/passwd", "a" * 32, "a" * 32 + ".picture/.."]
)
def test_a_path_is_no_name(name: str) -> None:
    with pytest.raises(InputError):
        Vault(Path("nowhere"), bytes(32)).sealed(name)


def test_a_file_opens_with_its_own_name_client_and_practice_only(vault: Vault) -> None:
    wrapped = vault.new_client_key(BOUND)
    (one, _), (two, _) = new_names(), new_names()
    sealed = vault.write(one, b"a leg", wrapped, BOUND)
    assert b"a leg" not in sealed
    assert vault.sealed(one) == sealed
    assert vault.read(one, wrapped, BOUND) == b"a leg"
    shutil.copy(vault.folder / one, vault.folder / two)
    for name, key, bound, where in (
        (two, wrapped, BOUND, vault),
        (one, vault.new_client_key(BOUND), BOUND, vault),
        (one, wrapped, "practice 1 client 2", vault),
        (one, wrapped, BOUND, Vault(vault.folder, bytes(32))),
    ):
        with pytest.raises(StoreError):
            where.read(name, key, bound)


@given(st.integers(0, 400))
def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    vault = Vault(tmp_path_factory.mktemp("v"), bytes(range(32)))
    wrapped, name = vault.new_client_key(BOUND), new_names()[0]
    sealed = bytearray(vault.write(name, bytes(23), wrapped, BOUND))
    sealed[bit // 8] ^= 1 << bit % 8
    (vault.folder / name).write_bytes(bytes(sealed))
    with pytest.raises(StoreError, match="was changed"):
        vault.read(name, wrapped, BOUND)


def test_the_key_file_is_private_never_overwritten_and_never_shown(tmp_path: Path) -> None:
    path = make_key_file(tmp_path / "practice.key")
    assert path.stat().st_mode & 0o077 == 0
    key = read_key_file(path)
    with pytest.raises(InputError, match="there is a key already"):
        make_key_file(path)
    assert read_key_file(path) == key
    assert repr(key) not in repr(Vault(tmp_path, key))
    path.write_text("bm8=")
    for bad in (path, tmp_path / "none.key"):
        with pytest.raises(InputError):
            read_key_file(bad)


@pytest.mark.usefixtures("agreed")
def test_a_photograph_is_kept_read_listed_and_gone_with_the_key(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, vault: Vault
) -> None:
    client, friend = new_client(clinic, people), new_client(clinic, people, "Eva")
    with desk_of("technician") as desk:
        key = photograph.add(desk, vault, client, photo(), "front").id
        other = photograph.add(desk, vault, friend, photo(), "back").id
    copy = {path.name: path.read_bytes() for path in vault.folder.iterdir()}
    assert len(copy) == 4
    assert not any(b"JFIF" in content for content in copy.values())
    with desk_of("clinician", reading=True) as desk:
        assert photograph.picture(desk, vault, key)[:3] == b"\xff\xd8\xff"
        small = photograph.picture(desk, vault, key, small=True)
        assert Image.open(io.BytesIO(small)).size == (320, 240)
        assert [row.view for row in photograph.photographs(desk, client)] == ["front"]
    with desk_of("owner") as desk:
        assert photograph.forget(desk, client)
        assert not photograph.forget(desk, client)
    with desk_of("clinician", reading=True) as desk:
        with pytest.raises(NotFoundError, match="erased"):
            photograph.picture(desk, vault, key)
        assert photograph.picture(desk, vault, other)
        assert [one.wrapped for one in desk.db.query(ClientKey).filter_by(client_id=client)] == [""]
    with pytest.raises(RefusedError, match="erased"), desk_of("technician") as desk:
        photograph.add(desk, vault, client, photo(), "front")


def test_without_consent_there_is_no_photograph_and_no_file(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, vault: Vault, agreed: set[str]
) -> None:
    client = new_client(clinic, people)
    agreed.clear()
    with pytest.raises(RefusedError, match="consent"), desk_of("technician") as desk:
        photograph.add(desk, vault, client, photo(), "front")
    assert not vault.folder.exists()


@pytest.mark.usefixtures("agreed")
def test_a_broken_off_act_leaves_no_file_and_a_changed_file_is_found(
    clinic: Clinic, people: SimpleNamespace, desk_of: DeskOf, vault: Vault
) -> None:
    client = new_client(clinic, people)

    def broken_off() -> None:
        with desk_of("technician") as desk:
            photograph.add(desk, vault, client, photo(), "front")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert list(vault.folder.iterdir()) == []
    with desk_of("technician") as desk:
        row = photograph.add(desk, vault, client, photo(), "front")
    (vault.folder / row.file).write_bytes((vault.folder / row.small).read_bytes())
    with pytest.raises(StoreError, match="not the one"), desk_of("technician") as desk:
        photograph.picture(desk, vault, row.id)
    vault.remove(row.file)
    with pytest.raises(StoreError, match="backup"), desk_of("technician") as desk:
        photograph.picture(desk, vault, row.id)
    with pytest.raises(InputError, match="allowed are front"), desk_of("technician") as desk:
        photograph.add(desk, vault, client, photo(), "inside")
