/* What is drawn on a page: one SVG, one path for each kind of mark. */

const SVG = "http://www.w3.org/2000/svg";
/* Screen px between a word and the middle of the line around it: the line never touches letters. */
const ROOM = {block: 2, unread: 2, doubt: 2.5, dispute: 3, hit: 3.5, current: 4.5, light: 3.5, region: 0};
const KINDS = ["block", "unread", "doubt", "dispute", "hit"];

export function makeOverlay() {
    const svg = document.createElementNS(SVG, "svg");
    svg.classList.add("viewer-marks");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("preserveAspectRatio", "none");
    for (const kind of [...KINDS, "current", "light", "region"]) {
        const path = document.createElementNS(SVG, "path");
        path.classList.add("mark", `mark-${kind}`);
        svg.append(path);
    }
    return svg;
}

/* `current` of a mark: it is the one that is looked at. `scale`: screen px of a page px. */
export function drawMarks(svg, marks, {width, height}, scale) {
    svg.style.setProperty("--one", `${1 / scale}px`);
    if (width) {
        svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    }
    for (const kind of KINDS) {
        const own = marks.filter((mark) => mark.kind === kind && !mark.current);
        draw(svg, kind, own.map((mark) => mark.box), scale);
    }
    draw(svg, "current", marks.filter((mark) => mark.current).map((mark) => mark.box), scale);
}

export function drawLight(svg, boxes, scale) {
    draw(svg, "light", boxes, scale);
}

export function drawRegion(svg, box) {
    draw(svg, "region", box ? [box] : [], 1);
}

function draw(svg, kind, boxes, scale) {
    const room = ROOM[kind] / scale;
    const path = svg.querySelector(`.mark-${kind}`);
    path.setAttribute("d", boxes.map((box) => outline(box, room)).join(""));
}

function outline([x0, y0, x1, y1], room) {
    const radius = room;
    const [left, top, right, bottom] = [x0 - room, y0 - room, x1 + room, y1 + room];
    if (!radius) {
        return `M${left} ${top}H${right}V${bottom}H${left}Z`;
    }
    const corner = `a${radius} ${radius} 0 0 1`;
    return `M${left + radius} ${top}H${right - radius}${corner} ${radius} ${radius}` +
        `V${bottom - radius}${corner} ${-radius} ${radius}H${left + radius}${corner} ${-radius} ${-radius}` +
        `V${top + radius}${corner} ${radius} ${-radius}Z`;
}
