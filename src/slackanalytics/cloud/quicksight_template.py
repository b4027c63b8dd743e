"""`python -m slackanalytics.cloud.quicksight_template`: the QuickSight resources in dashboard.yaml, written anew.

The rest of the template is written by hand, and stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from slackanalytics.cloud.intrinsics import laid_out
from slackanalytics.cloud.quicksight import resources

TEMPLATE = Path(__file__).parent / "templates" / "dashboard.yaml"
PART = re.compile(r"(?<=^)(  # ---- QuickSight: .*\n)(?:.*\n)*?(?=  # ---- Until here)", re.MULTILINE)
"""From the one comment to the other; the first stays."""


def renewed(template: str) -> str:
    """The template with its QuickSight resources as the source has them. Raises ValueError where it has no such part."""
    if not PART.search(template):
        raise ValueError("the template has no part between '# ---- QuickSight' and '# ---- Until here'")
    return PART.sub(lambda found: found[1] + laid_out(resources(), 2), template)


if __name__ == "__main__":
    TEMPLATE.write_text(renewed(TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
