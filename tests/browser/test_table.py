"""The order table keeps up with what happens elsewhere, row by row and without being loaded again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import expect

from tests.browser.blotter import MARKS, Blotter, Holding, Requests, ids
from tests.browser.waiting import wait_for
from tests.servers import Server
from tests.traders import Trader, new_order

Open = Callable[..., Blotter]

CROWDED = """() => {
  const table = document.querySelector("#orders");
  new MutationObserver(() => { window.crowded ||= table.classList.contains("is-crowded"); }).observe(table, {
    attributes: true,
    attributeFilter: ["class"],
  });
}"""


def mark(blotter: Blotter, order_id: int) -> None:
    """Leaves the order's id on the row's node, which a row made anew would not have."""
    blotter.row(order_id).evaluate("row => row.setAttribute('data-mark', row.dataset.orderId)")


def marked(blotter: Blotter) -> list[int]:
    """The orders whose rows have kept their nodes. A full page gives a row that leaves to the one that comes."""
    script = """rows => rows.map(({ dataset }) => dataset).filter(({ mark, orderId }) => mark === orderId)
        .map(({ orderId }) => Number(orderId))"""
    return [int(order_id) for order_id in blotter.page.locator("#orders tr[data-mark]").evaluate_all(script)]


def test_what_another_process_saves_deletes_and_gives_away_is_patched_without_a_request(
    server: Server, open_as: Open, trader: Trader, traders: Iterator[Trader]
) -> None:
    saved, deleted, given = trader.place(), trader.place(), trader.place()
    receiver = next(traders)
    blotter = open_as(trader)
    mark(blotter, saved["id"])
    requests = Requests(blotter)
    requests.forget()

    server.shell(
        "from django.contrib.auth.models import User; from orders.models import Order;"
        f"order = Order.objects.get(pk={saved['id']}); order.quantity = 70; order.text = 'by hand'; order.save();"
        f"Order.objects.get(pk={deleted['id']}).delete();"
        f"order = Order.objects.get(pk={given['id']}); "
        f"order.user = User.objects.get(username={receiver.name!r}); order.save()"
    )

    blotter.until_ids([saved["id"]])
    expect(blotter.cell(saved["id"], "text")).to_have_text("by hand")
    expect(blotter.cell(saved["id"], "quantity")).to_have_text("70")
    assert blotter.counts()["all"] == 1
    assert marked(blotter) == [saved["id"]]
    assert requests.sent() == []


def test_a_new_order_is_inserted_and_the_other_rows_keep_their_nodes(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    invitation = blotter.page.get_by_role("button", name="Place your first order")
    expect(invitation).to_be_visible()
    requests = Requests(blotter)

    def inserted(*kept: dict[str, Any]) -> None:
        for order in kept:
            mark(blotter, order["id"])
        requests.forget()
        new = trader.place()
        trader.report(new, "accept")
        expect(blotter.cell(new["id"], "status")).to_have_text("Working")
        assert blotter.ids() == ids(trader.orders(page_size="25"))
        assert marked(blotter) == ids(list(kept))[::-1]
        assert requests.sent() == []

    first = trader.place()
    expect(blotter.row(first["id"])).to_be_visible()
    expect(invitation).to_be_hidden()
    inserted(first)

    placed = trader.place_many([new_order() for _ in range(30)])
    blotter.until_ids(ids(trader.orders(page_size="25")))
    inserted(*placed[-2:])


def test_an_order_that_leaves_its_tab_shows_its_new_status_for_two_seconds(open_as: Open, trader: Trader) -> None:
    staying, leaving = trader.place(), trader.place()
    blotter = open_as(trader, at=trader.server, live=False)
    page = blotter.page
    page.clock.install()
    page.reload()
    blotter.until_state("live")
    blotter.tab("working")
    blotter.until_ids([leaving["id"], staying["id"]])
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)

    trader.fill(leaving, "100")

    def is_shown() -> bool:
        page.clock.run_for(20)
        return blotter.row(leaving["id"]).get_attribute("data-status") == "filled"

    wait_for(is_shown, "the new status")
    page.clock.run_for(1500)
    assert blotter.ids() == [leaving["id"], staying["id"]]
    page.clock.run_for(1500)
    blotter.until_ids([staying["id"]])


def test_counts_and_totals_follow_every_step(open_as: Open, trader: Trader) -> None:
    blotter = open_as(trader)
    blotter.tab("working")
    totals = blotter.page.locator("#totals")

    orders = [trader.place() for _ in range(3)]
    expect(totals).to_have_text("1–3 of 3 orders")
    assert blotter.counts() == {"working": 3, "filled": 0, "closed": 0, "all": 3}

    trader.fill(orders[0], "100")
    trader.report(orders[1], "reject", text="Too far from the market")
    trader.fill(orders[2], "40")

    expect(totals).to_have_text("1–1 of 1 order")
    assert blotter.counts() == {"working": 1, "filled": 1, "closed": 1, "all": 3}


def test_nothing_moves_under_a_pointer_on_a_row_s_actions(open_as: Open, trader: Trader) -> None:
    orders = [trader.place() for _ in range(4)]
    blotter = open_as(trader)
    before = blotter.ids()
    blotter.row(orders[1]["id"]).locator("td.col-actions").hover()

    trader.place_many([new_order() for _ in range(3)])
    trader.fill(orders[0], "40")

    waiting = blotter.page.get_by_role("button", name="Show 3 new orders")
    expect(waiting).to_have_text("3 new")
    expect(blotter.cell(orders[0]["id"], "cum_qty")).to_have_text("40")
    assert blotter.ids() == before

    waiting.press("Enter")  # a pointer on its way there would leave the row, and let them in by itself

    blotter.until_ids(ids(trader.orders()))
    expect(waiting).to_be_hidden()


def test_text_selected_in_a_row_stays_whatever_happens_to_it_and_around_it(open_as: Open, trader: Trader) -> None:
    read, *_ = trader.place_many([new_order(text="to be copied"), *(new_order() for _ in range(24))])
    blotter = open_as(trader)
    page = blotter.page
    blotter.cell(read["id"], "text").select_text()

    trader.fill(read, "40")
    newer = trader.place_many([new_order() for _ in range(3)])

    expect(blotter.cell(read["id"], "cum_qty")).to_have_text("40")
    expect(blotter.row(newer[-1]["id"])).to_be_attached()
    assert page.evaluate("getSelection().toString()") == "to be copied"
    first_page = ids(trader.orders(page_size="25"))
    assert read["id"] not in first_page
    expect(blotter.row(read["id"])).to_be_attached()
    page.evaluate("getSelection().removeAllRanges()")
    blotter.until_ids(first_page)


def test_what_changes_is_marked_up_down_or_changed_and_the_mark_goes(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    blotter.page.evaluate(MARKS)

    trader.fill(order, "40")
    expect(blotter.cell(order["id"], "cum_qty")).to_have_text("40")
    new = trader.place()
    expect(blotter.row(new["id"])).to_be_visible()

    marks = set(wait_for(lambda: blotter.page.evaluate("[...window.marks]"), "a mark"))
    assert {"cum_qty cell-up", "leaves_qty cell-down", "status cell-changed", "row row-changed"} <= marks
    expect(
        blotter.page.locator("#orders :is(.cell-up, .cell-down, .cell-changed, .row-new, .row-changed)")
    ).to_have_count(0)


def test_a_row_out_of_sight_is_written_a_moment_later_and_flashes_for_nobody(open_as: Open, trader: Trader) -> None:
    hidden, *_, shown = trader.place_many([new_order() for _ in range(25)])
    blotter = open_as(trader)
    expect(blotter.row(hidden["id"])).not_to_be_in_viewport()
    blotter.page.evaluate(MARKS)

    trader.amend(hidden, quantity="70")
    trader.amend(shown, price="600")
    expect(blotter.cell(hidden["id"], "quantity")).to_have_text("70")
    marks = set(wait_for(lambda: blotter.page.evaluate("[...window.marks]"), "a mark"))
    assert "price cell-up" in marks
    assert not [mark for mark in marks if "quantity" in mark]

    blotter.row(hidden["id"]).scroll_into_view_if_needed()
    expect(blotter.row(hidden["id"])).to_be_in_viewport()
    trader.amend(hidden, quantity="80")
    wait_for(lambda: "quantity cell-up" in blotter.page.evaluate("[...window.marks]"), "the mark of what is seen")
    expect(blotter.cell(hidden["id"], "quantity")).to_have_text("80")


def test_where_all_rows_change_at_once_marks_do_not_fade_and_go(open_as: Open, trader: Trader) -> None:
    placed = trader.place_many([new_order() for _ in range(25)])
    blotter = open_as(trader)
    blotter.page.evaluate(CROWDED)

    changes = {"expected_version": 1, "quantity": "70", "price": "600", "text": "all"}
    status, _ = trader.ask("PATCH", "/api/orders/", [{"id": order["id"], **changes} for order in placed])

    assert status == 200
    wait_for(lambda: blotter.page.evaluate("window.crowded"), "marks that do not fade")
    for order in (placed[0], placed[-1]):
        expect(blotter.cell(order["id"], "text")).to_have_text("all")
    expect(blotter.page.locator("#orders.is-crowded")).to_have_count(0)
    expect(blotter.page.locator("#orders :is(.cell-up, .cell-down, .cell-changed, .row-changed)")).to_have_count(0)


def test_a_press_means_the_order_that_it_began_on_whatever_comes_before_it_ends(open_as: Open, trader: Trader) -> None:
    order = trader.place()
    blotter = open_as(trader)
    page = blotter.page
    reading = Holding(page, "**/api/orders/?*format=datatables*", "GET")
    button = blotter.row(order["id"]).locator(".row-toggle")
    blotter.tab("working")
    answer = reading.next()
    box = button.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    with page.expect_event("requestfinished", lambda request: request == answer.request):
        answer.continue_()
    newer = trader.place()
    blotter.until_applied(2)
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    page.mouse.up()

    blotter.until_ids([newer["id"], order["id"]])
    expect(button).to_have_attribute("aria-expanded", "true")
