"""A change of behaviour planted in an app fails exactly the cases that show it, with a message that names it."""

from pathlib import Path

import pytest

from tests.replay.fixture_side import PATH, copied, replayed

STOCK = 'found = requests.get(f"{STOCK}/items/{sku}", timeout=5)'
NEW = 'requests.get(f"{RATES}/v1/holidays")'
CHANGES = {
    "flask-memory": [
        ("status", "return jsonify(notes[number]), 201", "return jsonify(notes[number]), 201 if number == 1 else 200"),
        ("type", "jsonify(list(notes.values()))", 'jsonify([{**one, "id": str(one["id"])} for one in notes.values()])'),
        ("missing key", "jsonify(user=user, ", 'jsonify(**({} if user else {"user": None}), '),
        ("value", '"Thank you, ', '"Thanks, '),
    ],
    "fastapi-sqlite": [
        ("type", "return _shown(row)", 'return {**_shown(row), "price": str(row[2])}'),
        (
            "missing key",
            '"tags": row[3].split(",") if row[3] else []}',
            '**({"tags": row[3].split(",")} if row[3] else {})}',
        ),
        ("value", 'f"no item {number}")\n    return', 'f"{number} is unknown")\n    return'),
        ("status", "status_code=204", "status_code=200"),
    ],
    "django-sqlite": [
        ("value", "found.save()", 'found.save()\n        found.title += "!"'),
        ("missing item", 'order_by("pk")', 'order_by("pk").filter(done=False)'),
        ("status", 'f"no task {number}"}, status=404', 'f"no task {number}"}, status=410'),
    ],
    "fastapi-outgoing": [
        (
            "new call",
            "    if found.status_code != 200:\n",
            f"    if currency == 'chf':\n        {NEW}\n    if not found.is_success:\n",
        ),
        (
            "dropped call",
            f"    {STOCK}\n",
            f"    if sku == 'harp':\n        raise HTTPException(404, 'no harp')\n    {STOCK}\n",
        ),
        ("changed call", "in five words", "in six words"),
    ],
    "agent-workspace": [
        ("missing key", 'return {"status": "ok"}', "return {}"),
        ("status", '@app.get("/stories/{story_id}")', '@app.get("/stories/{story_id}", status_code=203)'),
        ("dropped call", "summary=await stories.summarise(story, WorkflowContext())", "summary=story.prompt"),
        ("value", 'f"no story {story_id!r}"', 'f"unknown story {story_id!r}"'),
    ],
}
FOUND = {
    "flask-memory": {
        "test-4": "status: recorded 201, now 200",
        "test-5": "body[0].id: ",
        "test-6": "body.user: ",
        "test-10": "body: ",
    },
    "fastapi-sqlite": {
        "test-5": "body[1].tags: recorded [], now (missing)",
        "test-6": 'body.price: recorded 1.5, now "1.5"',
        "test-7": 'body.detail: recorded "no item 9", now "9 is unknown"',
        "test-8": "status: recorded 204, now 200",
        "test-9": 'body.detail: recorded "no item 1", now "1 is unknown"',
        "test-10": "body[0].tags: recorded [], now (missing)",
    },
    "django-sqlite": {
        "test-5": 'body.title: recorded "feed the cat", now "feed the cat!"',
        "test-6": 'body.tasks[1]: recorded {"id": 2, "title": "feed the cat", "done": true}, now (missing)',
        "test-7": "status: recorded 404, now 410",
    },
    "fastapi-outgoing": {
        "test-2": "outgoing call: no recorded answer for GET https://rates.example.org/v1/holidays; closest is mock-1",
        "test-5": "recorded outgoing call not made: mock-5 (GET stock.example.org/items/harp)",
        "test-7": "outgoing call changed: POST https://llm.example.org/v1/chat/completions, answered by mock-7: body",
    },
    "agent-workspace": {
        "test-1": 'body.status: recorded "ok", now (missing)',
        "test-3": "status: recorded 200, now 203",
        "test-4": 'body.summary: recorded "A lighthouse keeper\'s lamp guides a lost whale home.", now "a lighthouse"',
        "test-7": "body.detail: recorded \"no story 'story-9'\", now \"unknown story 'story-9'\"",
    },
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_planted_and_nothing_else_fails(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", PATH)
    results, _ = replayed(copied(name, tmp_path, {old: new for _, old, new in CHANGES[name]}))
    found = {one.name: one.reason for one in results if one.verdict != "passed"}
    expected = FOUND[name]
    assert {case: reason[: len(expected.get(case, reason))] for case, reason in found.items()} == expected
    assert all(one.reason[:9] in one.text or one.reason.partition(":")[0] in one.text for one in results if one.failed)
