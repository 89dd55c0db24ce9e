"""Date lines of seeds: languages, calendars, and what has two readings."""

from datetime import date

import pytest
from pages.documents import TAIL, read


@pytest.mark.parametrize(
    "line",
    [
        "February 24, 2022",
        "24 February 2022",
        "Feb. 24, 2022",
        "Feb 24 2022",
        "2022-02-24",
        "2022/02/24",
        "24.02.2022",
        "24.2.2022",
        "24/02/2022",
        "02/24/2022",
        "24. Februar 2022",
        "Donnerstag, 24. Februar 2022, 14:05 Uhr",
        "Thursday, February 24, 2022",
        "Thursday 24th February 2022",
        "Published: 24 February 2022 at 10:15 am",
        "Published on February 24, 2022",
        "February 24, 2022 10:15 p.m. EST",
        "2022-02-24T10:15:30+02:00",
        "2022-02-24 10:15",
        "24 février 2022 à 14h05",
        "24 de febrero de 2022",
        "24 febbraio 2022",
        "24 lutego 2022",
        "24 февраля 2022 г.",
        "14:05, 24 лютого 2022",
        "24. helmikuuta 2022",
        "2022. február 24.",
        "2022年2月24日",
        "*February 24, 2022*",
        "Datum: 24.02.2022",
    ],
)
def test_the_usual_spellings_of_a_date_are_read(line):
    seed = read(f"Headline\n\n{line}\n\nText." + TAIL)
    assert seed.date and seed.date.day == date(2022, 2, 24) and seed.date.raw == line.strip("*")
    assert [p.text for p in seed.paragraphs] == ["Text."]


@pytest.mark.parametrize(
    "line", ["February 30, 2022", "31.02.2022", "Spring 2022", "24 people 2022", "In February 24, 2022 was a Thursday"]
)
def test_what_is_no_day_of_the_calendar_gives_no_date_and_is_not_lost(line):
    seed = read(f"Headline\n\n{line}\n\nText." + TAIL)
    assert seed.date is None and line in [*(each.text for each in seed.header), seed.paragraphs[0].text]


def test_a_date_with_two_readings_has_both_and_claims_neither():
    seed = read("Headline\n\n02/03/2022\n\nText." + TAIL)
    assert seed.date and seed.date.day is None and seed.date.value == "[2022-02-03,2022-03-02]"
    assert [p.text for p in seed.paragraphs] == ["Text."] and "date" in [part.kind for part in seed.parts]
    assert read("Headline\n\n02/02/2022" + TAIL).date.value == "2022-02-02"


def test_the_language_of_the_text_says_which_number_is_the_day():
    text = (
        "Die Brücke ist wieder offen, teilte der Rat am Freitag mit, und der Verkehr wird nicht mehr umgeleitet werden."
    )
    assert read(f"Brücke offen\n\n02/03/2022\n\n{text}" + TAIL).date.value == "2022-03-02"
    text = (
        "The bridge is open again, the council said on Friday, and the traffic is no longer led around the whole bay."
    )
    assert read(f"Bridge open\n\n02/03/2022\n\n{text}" + TAIL).date.day is None


def test_a_day_without_a_year_is_kept_as_one():
    assert read("Headline\n\nThursday 3 May\n\nText." + TAIL).date.value == "XXXX-05-03"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        *(
            (line, "2024-05-03")
            for line in ("3 مايو 2024", "٣ مايو ٢٠٢٤", "3 במאי 2024", "۱۴ اردیبهشت ۱۴۰۳", "2024년 5월 3일")
        ),
        *(
            (line, "2024-05-03")
            for line in ("3 พฤษภาคม 2567", "3 tháng 5 năm 2024", "令和6年5月3日", "3 मई 2024", "3 Μαΐου 2024")
        ),
        *(
            (line, "2024-05-03")
            for line in ("2024. gada 3. maijs", "2024 m. gegužės 3 d.", "3 ta’ Mejju 2024", "3 Bealtaine 2024")
        ),
        *(
            (line, "2024-05-03")
            for line in ("3 мая 2024 г.", "3 травня 2024", "3 май 2024", "3. svibnja 2024", "3 Mayıs 2024 Cuma")
        ),
        *(
            (line, "2024-05-03")
            for line in ("20240503", "03-May-2024", "May 3, 2024 / 8:00 AM EDT / CBS News", "LONDON, May 3, 2024")
        ),
        ("May 2024", "2024-05"),
        ("3 listopada 2024", "[2024-10-03,2024-11-03]"),
    ],
)
def test_dates_of_many_languages_and_calendars(line, value):
    assert read(f"Headline\n\n{line}\n\nText." + TAIL).date.value == value
