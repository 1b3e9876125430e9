/* The pointer on a page: Ctrl+wheel and pinch zoom, dragging moves the sheet, a click means a word,
 * Shift+drag (or the tool) draws a region. Returns a function that unbinds. */
import {drawRegion} from "./viewer_marks.js";

/* px that a pointer moves before a click becomes a drag. */
const STILL = 4;
/* px of the page: a smaller region is a slip. */
const LEAST_REGION = 6;

export function bindGestures(viewer) {
    const {frame} = viewer;
    const listeners = new AbortController();
    const on = (name, listener, options = {}) => {
        frame.addEventListener(name, listener, {signal: listeners.signal, ...options});
    };
    bindWheel(viewer, on);
    bindPinch(viewer, on);
    bindMouse(viewer, on);
    return () => listeners.abort();
}

function placeIn(frame, {clientX, clientY}) {
    const {left, top} = frame.getBoundingClientRect();
    return {x: clientX - left, y: clientY - top};
}

function bindWheel(viewer, on) {
    let factor = 1;
    let at = null;
    let waiting = 0;
    on("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) {
            return;
        }
        event.preventDefault();
        // A touchpad sends many small steps: one change of the scale a frame.
        factor *= Math.exp(-event.deltaY * (event.deltaMode ? 0.06 : 0.002));
        at = placeIn(viewer.frame, event);
        waiting ||= requestAnimationFrame(() => {
            viewer.zoomBy(factor, at);
            factor = 1;
            waiting = 0;
        });
    }, {passive: false});
}

function bindPinch(viewer, on) {
    let apart = 0;
    const measure = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    on("touchstart", ({touches}) => {
        apart = touches.length === 2 ? measure(touches) : 0;
    }, {passive: true});
    on("touchmove", (event) => {
        const {touches} = event;
        if (touches.length !== 2 || !apart) {
            return;
        }
        event.preventDefault();
        const now = measure(touches);
        const middle = {
            clientX: (touches[0].clientX + touches[1].clientX) / 2,
            clientY: (touches[0].clientY + touches[1].clientY) / 2,
        };
        viewer.zoomBy(now / apart, placeIn(viewer.frame, middle));
        apart = now;
    }, {passive: false});
}

function bindMouse(viewer, on) {
    const {frame, options} = viewer;
    let drag = null;
    let hovered = null;

    on("pointerdown", (event) => {
        if (event.button || !viewer.size.width) {
            return;
        }
        const region = viewer.selecting || (event.shiftKey && options.onRegion);
        // A finger scrolls by itself.
        if (event.pointerType === "touch" && !region) {
            drag = {touch: true, x: event.clientX, y: event.clientY};
            return;
        }
        drag = {
            region: region ? viewer.toPage(event) : null,
            x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop,
        };
        frame.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => {
        if (!drag) {
            hover(event);
            return;
        }
        if (drag.region) {
            drag.box = span(drag.region, viewer.toPage(event), viewer.size);
            drawRegion(viewer.overlay, drag.box);
        } else if (!drag.touch) {
            const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
            drag.moved ||= Math.hypot(x, y) > STILL;
            if (drag.moved) {
                frame.classList.add("dragging");
                frame.scrollLeft = drag.left - x;
                frame.scrollTop = drag.top - y;
            }
        }
    });
    on("pointerup", (event) => {
        const ended = drag;
        end();
        if (!ended) {
            return;
        }
        if (ended.region) {
            finishRegion(ended.box);
        } else if (Math.hypot(event.clientX - ended.x, event.clientY - ended.y) <= STILL) {
            choose(event);
        }
    });
    on("pointercancel", end);
    on("pointerleave", () => tell(null));

    function end() {
        drag = null;
        frame.classList.remove("dragging");
    }

    function finishRegion(box) {
        drawRegion(viewer.overlay, null);
        if (box && box[2] - box[0] >= LEAST_REGION && box[3] - box[1] >= LEAST_REGION) {
            viewer.selectRegion(false);
            options.onRegion?.(box);
        }
    }

    function choose(event) {
        const mark = viewer.marksShown && options.onMark ? viewer.markAt(event) : null;
        const word = viewer.wordAt(event);
        if (mark && mark.kind !== "block" && options.onMark(mark, event) !== false) {
            return;
        }
        options.onSelect?.(word, event);
    }

    function hover(event) {
        if (event.pointerType !== "touch") {
            tell(viewer.wordAt(event));
        }
    }

    function tell(word) {
        if (word !== hovered) {
            hovered = word;
            frame.classList.toggle("on-word", Boolean(word));
            options.onHover?.(word);
        }
    }
}

function span(a, b, {width, height}) {
    const clip = (value, most) => Math.min(Math.max(value, 0), most);
    return [
        clip(Math.min(a.x, b.x), width), clip(Math.min(a.y, b.y), height),
        clip(Math.max(a.x, b.x), width), clip(Math.max(a.y, b.y), height),
    ];
}
