/* A page image is drawn when it is first asked for, a few at a time: what a busy server refused is
 * asked for again. */

const TRIES = 8;
/* ms before the next try. */
const PAUSE = 1500;
const TEMPORARY = new Set([429, 502, 503, 504]);

/* `arrived` and `failed` are called for the address that was loaded last. */
export function makePageImage({arrived, failed}) {
    const element = document.createElement("img");
    element.className = "viewer-image";
    element.draggable = false;
    element.decoding = "async";
    let wanted = "";
    let tries = 0;

    element.addEventListener("load", () => arrived());
    element.addEventListener("error", async () => {
        const url = wanted;
        if (!url) {
            return;
        }
        tries += 1;
        const state = await probe(url);
        if (url !== wanted) {
            return;
        }
        if (state === "gone" || tries > TRIES) {
            failed();
            return;
        }
        setTimeout(() => {
            if (url === wanted) {
                element.src = `${url}?try=${tries}`;
            }
        }, state === "ready" ? 0 : PAUSE * (1 + Math.random()));
    });

    return {
        element,
        load(url) {
            wanted = url;
            tries = 0;
            if (url) {
                element.src = url;
            } else {
                element.removeAttribute("src");
            }
        },
    };
}

/* Whether an image is "ready" by now, is still "busy", or is "gone". */
async function probe(url) {
    try {
        const {ok, status} = await fetch(url, {method: "HEAD", credentials: "same-origin"});
        return ok ? "ready" : TEMPORARY.has(status) ? "busy" : "gone";
    } catch {
        return "busy";
    }
}

/* One after the other, as long as `goes` says so: the server draws few pages at a time. */
export async function preloadInTurn(urls, goes) {
    for (const url of urls) {
        if (!goes()) {
            return;
        }
        const image = new Image();
        image.src = url;
        await image.decode().catch(() => {});
    }
}
