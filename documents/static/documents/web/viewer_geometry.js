/* Places on a page that may be turned: a quarter clockwise at a time. `view` has `size` (px of the
 * page) and `rotation` (0, 90, 180, 270). */

/* The CSS turn about the top left corner, moved back into sight; width and height in screen px. */
export function turnOf(rotation, width, height) {
    return {
        0: "",
        90: `translate(${height}px, 0) rotate(90deg)`,
        180: `translate(${width}px, ${height}px) rotate(180deg)`,
        270: `translate(0, ${width}px) rotate(270deg)`,
    }[rotation];
}

/* A point of the page on the turned sheet. */
export function spin(x, y, {size: {width, height}, rotation}) {
    return {0: {x, y}, 90: {x: height - y, y: x}, 180: {x: width - x, y: height - y}, 270: {x: y, y: width - x}}[rotation];
}

/* A point of the turned sheet on the page. */
export function unspin(x, y, {size: {width, height}, rotation}) {
    return {0: {x, y}, 90: {x: y, y: height - x}, 180: {x: width - x, y: height - y}, 270: {x: width - y, y: x}}[rotation];
}

/* Of the things whose `box` has the point, the smallest; null for none. */
export function smallestAt(things, {x, y}, slack) {
    let best = null;
    let least = Infinity;
    for (const thing of things) {
        const [x0, y0, x1, y1] = thing.box;
        if (x >= x0 - slack && x <= x1 + slack && y >= y0 - slack && y <= y1 + slack) {
            const area = (x1 - x0) * (y1 - y0);
            if (area < least) {
                [best, least] = [thing, area];
            }
        }
    }
    return best;
}

/* Change the scale; the place `at` of the frame (px; its middle for null) stays where it is. */
export function keepPlace(viewer, at, change) {
    const {frame, room} = viewer;
    const place = at ?? {x: frame.clientWidth / 2, y: frame.clientHeight / 2};
    const x = (frame.scrollLeft + place.x - room.offsetLeft) / viewer.scale;
    const y = (frame.scrollTop + place.y - room.offsetTop) / viewer.scale;
    change();
    frame.scrollLeft = x * viewer.scale + room.offsetLeft - place.x;
    frame.scrollTop = y * viewer.scale + room.offsetTop - place.y;
}
