"""Damages to the bag as a bag: declaration, metadata, manifests, files (RFC 8493)."""

import os
from pathlib import Path

from builders.bags import RECORD, Builder
from builders.packages import CRATE

from damages.table import done, made

SEED, TEXT = "data/seed/harbour.txt", "data/text/article.txt"
M256, M512, T256, T512 = (f"{kind}manifest-{name}.txt" for kind in ("", "tag") for name in ("sha256", "sha512"))


def edit(b: Builder, name: str, *changes: tuple[bytes, bytes]) -> None:
    """Have one tag file changed before tag manifests are made of it."""

    def apply(each: str, data: bytes) -> bytes:
        for old, new in changes if each == name else ():
            assert old in data
            data = data.replace(old, new, 1)
        return data

    b.edit = apply


def without(b: Builder, *names: str) -> None:
    b.edit = lambda name, data: None if name in names else data


def other_people(b: Builder) -> None:
    """Make it a bag without a record, as anybody's."""
    b.record = None


@made("BAG054 bagit.txt", "BAG002 bagit.txt")
def declaration_left_out(b):
    without(b, "bagit.txt")


@made("BAG003 bagit.txt")
def declaration_with_space_before_the_colon(b):
    b.tags["bagit.txt"] = b"BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n"


@made("BAG003 bagit.txt")
def declaration_with_a_third_line(b):
    b.tags["bagit.txt"] += b"Extra: yes\n"


@made("BAG021 bagit.txt")
def declaration_with_a_byte_order_mark(b):
    b.tags["bagit.txt"] = b"\xef\xbb\xbf" + b.tags["bagit.txt"]


@made("BAG004 bagit.txt")
def declaration_of_a_version_to_come(b):
    b.tags["bagit.txt"] = b.tags["bagit.txt"].replace(b"1.0", b"2.0")


@made("BAG005 bagit.txt")
def declaration_of_an_encoding_that_is_no_encoding_of_text(b):
    b.tags["bagit.txt"] = b.tags["bagit.txt"].replace(b"UTF-8", b"zlib")


@made("BAG006 bagit.txt")
def declaration_of_another_encoding_is_a_warning(b):
    b.tags["bagit.txt"] = b.tags["bagit.txt"].replace(b"UTF-8", b"ISO-8859-1")


@made("BAG007 data")
def payload_folder_missing(b):
    other_people(b)
    b.payload.clear()


@made("BAG008", "FIX003")
def no_payload_manifest_at_all(b):
    other_people(b)
    without(b, M256, M512)


@made("BAG009 manifest-sha256.txt", "FIX003", *[f"BAG052 manifest-crc{n}.txt" for n in range(10, 42)])
def manifests_without_number(b):
    other_people(b)
    b.payload.clear()
    b.payload["data/x"] = b""
    b.tags |= {f"manifest-crc{n}.txt": b"00  data/x\n" for n in range(10, 42)}


@done("BAG010 data/loop", "BAG072", second_opinion=True)
def link_to_the_folder_itself(path: Path):
    (path / "data/loop").symlink_to(".")


@done(f"BAG010 {SEED}", f"BAG045 {SEED}", f"SEED003 {SEED}", "BAG033 bag-info.txt", f"CRATE004 {CRATE}")
def link_in_place_of_a_file(path: Path):
    (path / SEED).rename(path.parent / "elsewhere")
    (path / SEED).symlink_to(path.parent / "elsewhere")


@done("BAG011 data/pipe")
def pipe_in_the_payload(path: Path):
    os.mkfifo(path / "data/pipe")


@done("BAG013 data/caf\udce9", "BAG046 data/caf\udce9", "BAG033 bag-info.txt", "CRATE005 data/caf\udce9")
def name_that_is_not_utf_8(path: Path):
    (path / "data/caf\udce9").touch()


@made("BAG014 data/seed/harbour.txt")
def names_that_differ_in_case_only(b):
    b.payload["data/seed/HARBOUR.txt"] = b"another"


@made("BAG014 data/é")
def names_that_differ_in_unicode_form_only(b):
    b.payload |= {"data/e\u0301": b"", "data/\u00e9": b""}


@made("BAG020 bag-info.txt")
def metadata_not_in_the_declared_encoding(b):
    edit(b, "bag-info.txt", (b"not stated", b"\xff\xfe"))


@made("BAG021 manifest-sha256.txt")
def manifest_with_a_byte_order_mark(b):
    b.edit = lambda name, data: b"\xef\xbb\xbf" + data if name == M256 else data


@made("BAG022 bag-info.txt")
def line_without_end(b):
    b.info.append("Note: " + "x" * 70_000)


@made("BAG023 tagmanifest-sha512.txt")
def last_line_of_a_tag_manifest_without_its_end(b):
    b.edit = lambda name, data: data[:-1] if name == T512 else data


@made("BAG030 bag-info.txt")
def metadata_line_without_a_colon(b):
    b.info.insert(0, "no colon here")


@made("BAG030 bag-info.txt")
def label_with_space_before_its_colon(b):
    b.info.append("Note : here")


@made("BAG031 bag-info.txt", "BAG033 bag-info.txt")
def oxum_twice(b):
    edit(b, "bag-info.txt", (b"Payload-Oxum:", b"Payload-Oxum: 1.1\nPayload-Oxum:"))


@made("BAG032 bag-info.txt")
def oxum_in_words(b):
    b.oxum = ["much"]


@made("BAG033 bag-info.txt")
def oxum_of_another_payload(b):
    b.oxum = ["5.1"]


@made("BAG034 bag-info.txt")
def date_of_bagging_twice(b):
    b.info += ["Bagging-Date: 2026-03-01", "Bagging-Date: 2026-03-02"]


@made("BAG040 manifest-sha256.txt", "BAG044 data/seed/harbour.txt")
def manifest_line_with_a_checksum_cut_short(b):
    b.edit = lambda name, data: shorten(data) if name == M256 else data


def shorten(manifest: bytes) -> bytes:
    lines = manifest.splitlines(keepends=True)
    return b"".join(line[1:] if SEED.encode() in line else line for line in lines)


@made("BAG041 manifest-sha512.txt")
def star_of_md5sum(b):
    edit(b, M512, (b"  data/seed", b" *data/seed"))


@made("BAG042 data/provenance.json")
def path_listed_twice_with_one_checksum(b):
    b.edit = lambda name, data: data + line_of(data, RECORD) if name == M256 else data


def line_of(manifest: bytes, path: str) -> bytes:
    return next(line for line in manifest.splitlines(keepends=True) if path.encode() in line)


@made("BAG057 data/provenance.json")
def path_listed_twice_in_bagit_0_97_is_a_warning(b):
    path_twice = lambda name, data: data + line_of(data, RECORD) if name == M256 else data  # noqa: E731
    b.edit, b.tags["bagit.txt"] = path_twice, b.tags["bagit.txt"].replace(b"1.0", b"0.97")


@made(*["BAG043 manifest-sha256.txt"] * 5)
def paths_that_lead_out_of_the_bag(b):
    out = ("/etc/passwd", "data/../../x", "~root/x", "C:\\x", "data\\..\\x")
    lines = b"".join(b"%s  %s\n" % (b"0" * 64, each.encode()) for each in out)
    b.edit = lambda name, data: data + lines if name == M256 else data


@made("BAG044 data/seed/harbour.txt")
def file_left_out_of_one_of_two_manifests(b):
    b.edit = lambda name, data: data.replace(line_of(data, SEED), b"") if name == M256 else data


@done("BAG033 bag-info.txt", "BAG045 data/text/article.txt", "TXT005 data/text/article.txt", f"CRATE004 {CRATE}")
def payload_file_removed(path: Path):
    (path / TEXT).unlink()


@done("BAG046 data/text/more.txt", "BAG033 bag-info.txt", "CRATE005 data/text/more.txt")
def payload_file_added(path: Path):
    (path / "data/text/more.txt").write_bytes(b"more")


@made("BAG047 bag-info.txt")
def payload_manifest_that_lists_a_tag_file(b):
    b.edit = lambda name, data: data + b"0" * 64 + b"  bag-info.txt\n" if name == M256 else data


@made("BAG048 data/provenance.json", "BAG048 tagmanifest-sha256.txt")
def tag_manifest_that_lists_payload_and_itself(b):
    lines = b"".join(b"%s  %s\n" % (b"0" * 64, each.encode()) for each in (RECORD, T256))
    b.edit = lambda name, data: data + lines if name == T256 else data


@made("BAG049 data/100%25", "BAG049 data/100%25")
def percent_sign_not_encoded(b):
    b.payload["data/100%25"] = b"a file that is really called so"


@made("BAG050 data/seed/harbour.txt")
def path_with_a_leading_dot(b):
    edit(b, M256, (b"  data/seed", b"  ./data/seed"))


@made("BAG051 data/é")
def path_in_another_unicode_form(b):
    b.payload["data/\u00e9"] = b""
    edit(b, M256, ("\u00e9".encode(), "e\u0301".encode()))


@made("BAG053 notes.txt")
def tag_file_that_no_tag_manifest_lists(b):
    b.edit = lambda name, data: data
    b.manifests = lambda kind, files, make=b.manifests: make(kind, {k: v for k, v in files.items() if k != "notes.txt"})
    b.tags["notes.txt"] = b"a note"


@made("BAG054 tagmanifest-sha512.txt")
def one_tag_manifest_left_out(b):
    without(b, T512)


@made("BAG071", "BAG054 tagmanifest-sha256.txt", "BAG054 tagmanifest-sha512.txt", second_opinion=True)
def both_tag_manifests_left_out_which_bagit_does_not_mind(b):
    without(b, T256, T512)


@made("BAG055 bag-info.txt")
def metadata_left_out_of_a_tag_manifest(b):
    b.edit = lambda name, data: data.replace(line_of(data, "bag-info.txt"), b"") if name == T256 else data


@made("BAG056 manifest-sha256.txt")
def blank_line_in_a_manifest(b):
    b.edit = lambda name, data: data + b"\n" if name == M256 else data


@made("BAG061 fetch.txt", "BAG043 fetch.txt", "BAG062 data/unlisted")
def fetch_file_with_lines_of_all_kinds(b):
    good = f"http://x.example/ - {SEED}\n"
    b.tags["fetch.txt"] = (
        f"{good}http://x.example/\nhttp://x.example/ 5 ../x\nhttp://x.example/ 5 data/unlisted\n".encode()
    )


@made("BAG073", second_opinion=True)
def percent_sign_encoded_as_the_standard_says_which_bagit_does_not_know(b):
    b.payload["data/100%"] = b""
    b.edit = lambda name, data: data.replace(b"100%", b"100%25") if name in (M256, M512) else data


@done(
    "FIX001 data/seed/harbour.txt", "FIX001 data/seed/harbour.txt", "SEED001 data/seed/harbour.txt", f"CRATE006 {SEED}"
)
def one_bit_of_a_payload_file_flipped(path: Path):
    data = bytearray((path / SEED).read_bytes())
    data[0] ^= 1
    (path / SEED).write_bytes(data)


@done("FIX011 bag-info.txt", "FIX011 bag-info.txt")
def metadata_changed(path: Path):
    data = (path / "bag-info.txt").read_bytes()
    (path / "bag-info.txt").write_bytes(data.replace(b"not stated", b"Somebody!!"))


@made("FIX003", "BAG052 manifest-crc99.txt")
def payload_manifest_of_an_unknown_algorithm_only(b):
    other_people(b)
    files = dict.fromkeys(b.payload, b"")
    b.tags["manifest-crc99.txt"] = b"".join(b"00  %s\n" % path.encode() for path in sorted(files))
    without(b, M256, M512)
