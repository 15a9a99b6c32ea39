"""Hamilton: functions of a dataflow, of which a configuration picks one of several variants."""

from tta_validate.sdk import Giver, Sdk

SDK = Sdk(
    name="hamilton",
    title="Hamilton",
    url="https://hamilton.apache.org/",
    givers=(
        Giver(
            ("hamilton.function_modifiers.config.{when,when_not,when_in,when_not_in}",),
            "route",
            "decorator",
            undecided="the function is picked by configuration",
        ),
    ),
)
