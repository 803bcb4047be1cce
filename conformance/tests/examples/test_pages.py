"""Examples are found on Markdown pages and on scraped pages, each once, with its answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from examples.markdown import has_fences, markdown_examples
from examples.scraped import scraped_examples

if TYPE_CHECKING:
    from examples.example import Example

PAGES = Path(__file__).parent / "pages"


def guide() -> list[Example]:
    path = PAGES / "guide.mdx"
    return markdown_examples(path, path.read_text("utf-8"))


def scraped() -> list[Example]:
    path = PAGES / "scraped.txt"
    return scraped_examples(path, path.read_text("utf-8"))


def markdown(text: str) -> list[Example]:
    return markdown_examples(Path("page.md"), text)


def from_text(text: str) -> list[Example]:
    return scraped_examples(Path("page.txt"), text)


def test_fences_in_tabs_and_lists_are_found_with_their_lines() -> None:
    assert [(one.line, one.language) for one in guide()] == [
        (15, "python"),
        (25, "python"),
        (32, "typescript"),
        (39, "shell"),
        (59, "python"),
        (64, "shell"),
        (73, "python"),
        (83, "shell"),
        (90, "python"),
    ]


def test_a_fence_without_a_language_takes_its_tab_s() -> None:
    assert guide()[3].code.startswith("curl --location")


def test_the_indentation_of_a_list_item_is_taken_off() -> None:
    assert guide()[6].code.splitlines()[0] == "from mistralai.models import File"


def test_the_json_of_a_section_belongs_to_its_shell_examples() -> None:
    answers = {one.line: one.answers for one in guide()}
    assert answers[39] == (
        {"id": "0197f425-5e85-7353-b8e7-e8b974b9c613", "name": "Reading list", "nb_documents": 0},
    )
    assert answers[25] == ()
    assert answers[64] == ()


def test_the_json_of_another_section_is_no_answer() -> None:
    (example,) = markdown("# a\n```sh\ncurl x\n```\n# b\n```json\n{}\n```\n")
    assert example.answers == ()


def test_examples_are_titled_with_their_heading() -> None:
    assert guide()[1].title == "Make a list"


def test_data_and_output_are_no_examples() -> None:
    assert markdown("```json\n{}\n```\n```\noutput\n```\n```text\nx\n```\n") == []


def test_a_language_that_is_not_known_stays_as_it_is_written() -> None:
    assert markdown("```ruby\nputs 1\n```\n")[0].language == "ruby"


def test_a_fence_that_is_never_closed_ends_with_the_page() -> None:
    assert markdown("~~~python title='x'\nprint(1)\n")[0].code == "print(1)"


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    assert markdown("````bash\necho '```'\n```\n````\n")[0].code == "echo '```'\n```"


def test_a_page_without_fences_is_no_markdown() -> None:
    assert not has_fences((PAGES / "scraped.txt").read_text("utf-8"))
    assert has_fences((PAGES / "guide.mdx").read_text("utf-8"))


def test_each_scraped_example_is_found_once() -> None:
    assert [(one.line, one.language, one.title) for one in scraped()] == [
        (13, "typescript", "GET /v1/libraries"),
        (31, "python", "GET /v1/libraries"),
        (51, "shell", "GET /v1/libraries"),
        (76, "shell", "PUT /v1/libraries/{library_id}"),
    ]


def test_a_status_glued_to_a_command_is_taken_off_it() -> None:
    listing = scraped()[2]
    assert listing.status == 200
    assert listing.code.count("curl") == 1
    assert listing.code.endswith("-H 'Authorization: Bearer YOUR_APIKEY_HERE'")


def test_the_json_after_a_status_is_the_answer_and_text_goes_on_after_it() -> None:
    shelf = {"id": "0197f425-5e85-7353-b8e7-e8b974b9c613", "name": "Shelf"}
    assert scraped()[2].answers == ({"data": [shelf]},)
    assert scraped()[3].answers == ({"name": "Taller shelf"},)


def test_a_curl_body_over_several_lines_is_one_command() -> None:
    assert scraped()[3].code.splitlines()[-1] == "}'"


def test_words_of_the_page_end_an_example() -> None:
    (example,) = from_text("import os\nprint(os.name)\nSuccessful answer\nname\n")
    assert example.code == "import os\nprint(os.name)"


def test_a_single_word_is_no_statement() -> None:
    (example,) = from_text("import os\nprint(os.name)\nname\n")
    assert example.code == "import os\nprint(os.name)"


def test_two_examples_without_a_copy_between_them_are_two() -> None:
    text = (
        "import os\nfrom mistralai import Mistral\nMistral().models.list()\n"
        "from mistralai import Mistral\nMistral().files.list()\n"
    )
    assert [one.operations for one in from_text(text)] == [(), ()]
    assert len(from_text(text)) == 2


def test_the_operations_of_an_example_are_named_as_in_the_client() -> None:
    typescript = (
        "import { Mistral } from 'x';\nawait client.beta.libraries.documents.textContent({});"
    )
    assert from_text(typescript)[0].operations == ("beta.libraries.documents.text_content",)
    shell = markdown(
        "```sh\ncurl https://h/v1/x?a=1 -X PUT\ncurl 'https://h/v1/y' --data '{}'\n```"
    )
    assert shell[0].operations == ("PUT /v1/x", "POST /v1/y")


def test_a_commented_call_is_no_operation() -> None:
    assert markdown("```py\n# client.files.delete()\nclient.files.list()\n```")[0].operations == (
        "files.list",
    )
