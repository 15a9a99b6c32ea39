"""The pytest plugin; a test run that does not ask for it loads this module and nothing else of the package."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("tta-validate", "LLM call sites, lockfiles and recorded API tests (tta-validate)")
    group.addoption(
        "--tta-validate",
        action="store_true",
        dest="tta_validate",
        default=False,
        help="add one item for each rule, and for each adoption metric and member with a target, of the projects "
        "that the arguments belong to; their settings are in [tool.tta-validate] of pyproject.toml",
    )
    group.addoption(
        "--tta-select",
        action="append",
        dest="tta_select",
        metavar="IDS",
        default=[],
        help="with --tta-validate: rules, metrics and families to run, separated by commas",
    )
    group.addoption(
        "--tta-ignore",
        action="append",
        dest="tta_ignore",
        metavar="IDS",
        default=[],
        help="with --tta-validate: rules, metrics and families not to run, separated by commas",
    )
    group.addoption(
        "--tta-fail-on",
        dest="tta_fail_on",
        choices=("error", "warning", "info"),
        default=None,
        help="with --tta-validate: the lowest severity of a finding that fails an item",
    )
    group.addoption(
        "--tta-output",
        action="append",
        dest="tta_output",
        metavar="FORMAT=FILE",
        default=[],
        help="with --tta-validate: write the report to a file too; can be given several times",
    )
    group.addoption(
        "--tta-update",
        action="store_true",
        dest="tta_update",
        default=False,
        help="with --tta-validate: make what the app answers the new expectation of recorded cases that fail",
    )
    group.addoption(
        "--tta-learn-noise",
        action="store_true",
        dest="tta_learn_noise",
        default=False,
        help="with --tta-validate: replay recorded cases twice and propose noise entries for what differs; "
        "with --tta-update, write them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and, where the switch is on, the rest of the plugin."""
    config.addinivalue_line("markers", "tta: an item that tta-validate added: a rule, or a metric with a target.")
    config.addinivalue_line("markers", "keploy: an item that replays a recorded case.")
    if config.getoption("tta_validate") and not config.getoption("help", False):
        _activate(config)


def _activate(config: pytest.Config) -> None:
    from tta_validate.pytest_plugin import items

    sources = items.received(config)
    if sources is not None:
        items.activate(config, sources)
        given = items.received_cases(config)
        if given["roots"]:
            from tta_validate.pytest_plugin import recorded

            recorded.activate(config, given["roots"], given["tops"], given["flags"])
        return
    from tta_validate.pytest_plugin.session import Session

    session = Session(config)
    config.pluginmanager.register(session, "tta-validate-session")
    items.activate(config, session.projects)
    session.activate_cases()
