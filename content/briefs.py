"""The brief of a visit that has not begun: the facility's card, earlier visits, what is still open.

Twin of what the office writes when it plans a visit; here it is made from the country under
construction, for the visits of today and of the coming weeks only.
"""

from __future__ import annotations

from typing import Any

from content.material import Visit


def brief(visit: Visit, earlier: list[Visit]) -> dict[str, Any]:
    """Fields of the brief; `earlier` are the visits to the same facility, oldest first."""
    scene = visit.scene
    facility = visit.assignment.facility
    channels = {each.channel: each for each in earlier}
    findings = [
        {
            "id": document["_id"],
            "visit": channel,
            "date": channels[channel].assignment.last.isoformat(),
            **{name: document[name] for name in ("title", "theme", "severity")},
        }
        for channel, _, document in scene.papers.documents
        if channel in channels and document["type"] == "finding"
    ]
    return {
        "type": "brief",
        "_id": f"brief:{visit.ulid}",
        "facility": dict(facility),
        "earlier": [
            {
                "visit": each.channel,
                "kind": each.assignment.kind,
                "from": each.assignment.first.isoformat(),
                "to": each.assignment.last.isoformat(),
            }
            for each in reversed(earlier)
        ],
        "findings": list(reversed(findings)),
        "recommendations": [
            {
                "id": each.id,
                "visit": each.channel,
                "date": each.issued.isoformat(),
                "number": each.number,
                "text": each.text,
                "lang": each.language,
                "addressee": each.addressee,
                "deadline": each.deadline.isoformat(),
                "status": "open",
                "overdue": each.deadline < scene.today,
            }
            for each in scene.follow_up.unsettled(facility["_id"])
        ],
        "answers": {},
    }
