/* A table as a grid whose cells are edited. A cell is {text, colspan, rowspan, header}. */
import {text} from "./texts.js";
import {putCaret} from "./document_ranges.js";

export function tableGrid(view, rows = null) {
    const frame = document.createElement("div");
    frame.className = "block-table";
    fill(frame, rows, view.block.table);
    frame.querySelectorAll("tr").forEach((row, y) => {
        [...row.cells].forEach((cell, x) => {
            view.makeEditable(cell, text("cell-n", {row: y + 1, column: x + 1}));
        });
    });
    frame.dataset.saved = JSON.stringify(rowsOf(view.block.table));
    frame.addEventListener("keydown", (event) => move(event, frame));
    return frame;
}

function fill(frame, rows, html) {
    if (rows) {
        frame.append(build(rows));
        return;
    }
    // Sanitised by the server to rows and cells (documents/text/safe_html.py).
    frame.innerHTML = html;
    for (const cell of frame.querySelectorAll("td, th")) {
        cell.textContent = cellText(cell);
    }
}

/* The cells of a table that the server has. */
export function rowsOf(html) {
    const frame = document.createElement("div");
    fill(frame, null, html);
    return readRows(frame);
}

export function sameShape(rows, others) {
    const shape = (each) => JSON.stringify(each.map((row) => row.map(({colspan, rowspan, header}) => [colspan, rowspan, header])));
    return shape(rows) === shape(others);
}

/* Cells that nobody types in take the text that the server has now. */
export function updateCells(frame, rows) {
    const before = JSON.parse(frame.dataset.saved);
    frame.querySelectorAll("tr").forEach((row, y) => {
        [...row.cells].forEach((cell, x) => {
            const was = before[y]?.[x]?.text;
            if (cell.textContent.trim() === was && was !== rows[y][x].text) {
                cell.textContent = rows[y][x].text;
            }
        });
    });
    frame.dataset.saved = JSON.stringify(rows);
}

/* A line break inside a cell is a space here. */
function cellText(cell) {
    for (const line of cell.querySelectorAll("br")) {
        line.replaceWith(" ");
    }
    return cell.textContent.replace(/\s+/g, " ").trim();
}

function build(rows) {
    const table = document.createElement("table");
    for (const cells of rows) {
        const row = table.insertRow();
        for (const each of cells) {
            const cell = document.createElement(each.header ? "th" : "td");
            cell.textContent = each.text;
            cell.colSpan = each.colspan;
            cell.rowSpan = each.rowspan;
            row.append(cell);
        }
    }
    return table;
}

export function readRows(frame) {
    return [...frame.querySelectorAll("tr")].map((row) => [...row.cells].map((cell) => ({
        text: cell.textContent.replace(/\s+/g, " ").trim(),
        colspan: cell.colSpan,
        rowspan: cell.rowSpan,
        header: cell.localName === "th",
    })));
}

/* Enter goes to the cell below, as in a spreadsheet; Tab goes to the next by itself. */
function move(event, frame) {
    const cell = event.target.closest("td, th");
    if (!cell || event.code !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) {
        return;
    }
    event.preventDefault();
    const rows = [...frame.querySelectorAll("tr")];
    const next = rows[rows.indexOf(cell.parentElement) + (event.shiftKey ? -1 : 1)];
    const target = next?.cells[Math.min(cell.cellIndex, next.cells.length - 1)];
    if (target) {
        putCaret(target, 0, target.textContent.length);
    }
}

/* `what`: row-below, column-right, delete-row, delete-column. Spans of other cells stay. */
export function changeShape(rows, what, y, x) {
    const blank = () => ({text: "", colspan: 1, rowspan: 1, header: false});
    const copy = rows.map((row) => row.map((cell) => ({...cell})));
    if (what === "row-below") {
        copy.splice(y + 1, 0, copy[y].map(blank));
    } else if (what === "column-right") {
        copy.forEach((row) => row.splice(Math.min(x + 1, row.length), 0, blank()));
    } else if (what === "delete-row" && copy.length > 1) {
        copy.splice(y, 1);
    } else if (what === "delete-column") {
        copy.forEach((row) => row.length > 1 && row.splice(Math.min(x, row.length - 1), 1));
    }
    return copy;
}
