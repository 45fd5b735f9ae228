"""The dialog in which Home Assistant walks a person through a flow, whatever its words are."""

from typing import Any, Final

from playwright.async_api import Locator, Page, expect

from demo.waiting import wait_for

STEP_LIMIT: Final = 30.0
"""Seconds for a step to come; one of them tries the credentials on the server."""
_LIMIT: Final = 10_000.0
"""Milliseconds for what is on its way to the screen."""


class FlowDialog:
    """Fields by their keys, steps by their ids."""

    def __init__(self, page: Page) -> None:
        """Find the dialog in a page; it need not be open."""
        self._page = page
        self._dialog = page.locator("dialog-data-entry-flow")

    @property
    def frame(self) -> Locator:
        """Return what a picture of the dialog shows."""
        return self._dialog.locator("dialog").first

    @property
    def alert(self) -> Locator:
        """Return what is wrong with the form as a whole."""
        return self._dialog.locator("ha-alert").first

    @property
    def table(self) -> Locator:
        """Return the table of the step."""
        return self._dialog.locator("table")

    async def reach(self, step: str) -> None:
        """Wait until a form or a menu is shown."""
        await wait_for(
            self._shown,
            STEP_LIMIT,
            f"the flow's step {step} is shown",
            lambda shown: shown.get("step_id") == step,
        )

    async def refused_with(self, error: str) -> None:
        """Wait until the form is shown again, with an error above it."""
        await wait_for(
            self._shown,
            STEP_LIMIT,
            f"the form is refused with {error}",
            lambda shown: (shown.get("errors") or {}).get("base") == error,
        )
        await expect(self.alert, "the error is shown").to_be_visible(timeout=_LIMIT)

    async def end(self, kind: str, reason: str | None = None) -> None:
        """Wait until the flow has ended in a way, and close the dialog."""
        await self.ends(kind, reason)
        await self.close()

    async def ends(self, kind: str, reason: str | None = None) -> None:
        """Wait until the flow has ended in a way: with an entry, or for a reason."""
        await wait_for(
            self._shown,
            STEP_LIMIT,
            f"the flow ends as {kind} {reason or ''}",
            lambda shown: (
                shown.get("type") == kind
                and (reason is None or shown.get("reason") == reason)
            ),
        )

    async def close(self) -> None:
        """Press the last step's only button, and see the dialog go."""
        await self.submit()
        await expect(
            self._dialog.locator("dialog"), "the dialog is gone"
        ).to_have_count(0, timeout=_LIMIT)

    async def fill(self, key: str, text: str) -> None:
        """Type into a field."""
        field = await self._field(key)
        await field.locator("input").fill(text)

    async def paste(self, key: str, text: str) -> None:
        """Put a text into a field with the keys that people paste with."""
        field = await self._field(key)
        await self._page.evaluate("text => navigator.clipboard.writeText(text)", text)
        await field.locator("input").click()
        await self._page.keyboard.press("ControlOrMeta+A")
        await self._page.keyboard.press("ControlOrMeta+V")

    async def pick(self, key: str, option: str) -> None:
        """Choose from a field's list, or have what was typed: the first that is found."""
        field = await self._field(key)
        await field.locator("ha-picker-field").last.click()
        choices = field.locator("ha-picker-combo-box")
        await choices.locator("input").fill(option)
        found = choices.locator("ha-combo-box-item").filter(has_text=option)
        await found.first.click(timeout=_LIMIT)
        await expect(choices, f"the list of {key} is closed").to_have_count(
            0, timeout=_LIMIT
        )
        await expect(
            field.get_by_text(option).first, f"{option} is chosen"
        ).to_be_visible(timeout=_LIMIT)

    async def tick(self, key: str, option: str) -> Locator:
        """Choose an option of a short list; return it."""
        choice = await self.option(key, option)
        await choice.click()
        return choice

    async def option(self, key: str, option: str) -> Locator:
        """Return an option of a short list."""
        field = await self._field(key)
        return field.get_by_role("radio", name=option, exact=True)

    async def unfold(self) -> None:
        """Open the section of a form."""
        await (
            self._dialog.locator("ha-expansion-panel")
            .get_by_role("button")
            .first.click()
        )

    async def choose(self, option: str) -> None:
        """Take a way from a menu."""
        menu = self._dialog.locator("step-flow-menu")
        options: list[str] = await menu.evaluate(
            "({step}) => Array.isArray(step.menu_options)"
            " ? step.menu_options : Object.keys(step.menu_options)"
        )
        await menu.locator("ha-list-item").nth(options.index(option)).click()

    async def submit(self) -> None:
        """Press the button that goes on."""
        buttons = self._dialog.locator("ha-dialog-footer").get_by_role("button")
        await buttons.last.click(timeout=_LIMIT)

    async def rows(self) -> list[list[str]]:
        """Return the cells of the step's table, without its heading."""
        await expect(self.table, "there is a table").to_be_visible(timeout=_LIMIT)
        cells: list[list[str]] = await self.table.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
        )
        return cells

    async def wider_than_shown(self) -> list[str]:
        """Return what of the dialog does not fit into its width."""
        wide: list[str] = await self._dialog.evaluate(
            """dialog => {
                const wide = [];
                const look = node => {
                    for (const each of node.children) {
                        if (each.clientWidth && each.scrollWidth > each.clientWidth + 1)
                            wide.push(`${each.localName} ${each.scrollWidth}`);
                        if (each.shadowRoot) look(each.shadowRoot);
                        look(each);
                    }
                };
                look(dialog.shadowRoot);
                return wide;
            }"""
        )
        return wide

    async def _field(self, key: str) -> Locator:
        """Return the field of a key, once it is there."""
        fields = self._dialog.locator("ha-selector")

        async def keys() -> list[str]:
            found: list[str] = await fields.evaluate_all(
                "fields => fields.map(field => field.name)"
            )
            return found

        present = await wait_for(
            keys, _LIMIT / 1000, f"there is a field {key}", lambda found: key in found
        )
        return fields.nth(present.index(key))

    async def _shown(self) -> dict[str, Any]:
        """Return the flow's step as the frontend has it, empty while there is none."""
        steps: list[dict[str, Any]] = await self._dialog.locator(
            "step-flow-form, step-flow-menu, step-flow-abort, step-flow-create-entry"
        ).evaluate_all("shown => shown.map(each => each.step).filter(step => step)")
        return steps[-1] if steps else {}
