"""What the record of a bag says of the requisites of its page."""

from pathlib import Path
from typing import Any

from builders.pictures import jpeg, xmp
from jobs.capturing import records
from jobs.whole import HOST, Job, seeds, story
from servers.wire import Server, ok


def test_the_record_has_requisites_and_the_photo_under_the_caption(tmp_path: Path, job: Job):
    picture = jpeg(xmp=xmp(creators=["Jane Roe"], credit="AFP", caption="The hall", date="2024-03-04"), c2pa=True)
    pages: dict[str, Any] = {
        "/news/1": [story(1, head="<link rel=stylesheet href=/gone.css>", caption="The hall. Photo: AFP")],
        "/p.jpg": [ok(picture, b"Content-Type: image/jpeg")],
    }
    with Server(pages) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server)
    record = job.record(result["bag"])
    requisites, lead = record["capture"]["requisites"], record["capture"]["lead_image"]
    assert requisites["failed"] == [{"url": f"http://{HOST}/gone.css", "reason": "status 404"}]
    assert (requisites["fetched"], requisites["shared"], requisites["skipped"]) == (1, 0, [])
    (photo,) = (
        each for each in records(job.warc(result["bag"]).read_bytes()) if each["WARC-Record-ID"] == lead["record_id"]
    )
    assert photo["WARC-Target-URI"] == lead["url"] == f"http://{HOST}/p.jpg"
    assert photo.block.endswith(picture)
    assert (lead["caption"], lead["c2pa"], lead["problem"]) == ("The hall. Photo: AFP", True, None)
    images = [(each["name"], each["role"], each["source"]) for each in record["credits"] if "image-" in each["source"]]
    assert sorted(images) == [("AFP", "photo", "image-xmp"), ("Jane Roe", "photo", "image-xmp")]
    assert record["claims"]["image_caption"][0]["value"] == "The hall"
    assert record["claims"]["image_date"][0]["value"] == "2024-03-04"
    assert job.valid(result["bag"])


def test_without_requisites_the_record_says_so(tmp_path: Path, job: Job):
    with Server({"/news/1": [story(1, caption="The hall")]}) as server:
        _, (result,) = job.run(seeds(tmp_path / "seeds", 1), server, "--no-requisites")
        assert sorted(server.seen) == ["/news/1", "/robots.txt"]
    capture = job.record(result["bag"])["capture"]
    assert (capture["requisites"], capture["lead_image"]) == (None, None)
    assert any("requisites" in each for each in capture["not_captured"])
