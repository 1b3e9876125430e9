/* Files that are made when somebody asks for them: asked for until they are there, then downloaded. */
import {Problem} from "./http.js";
import {text} from "./texts.js";
import {toast} from "./toast.js";

/* ms from which on a person wants to know; and how often is asked. */
const PATIENCE = 700;
const TRIES = 40;

export async function download(url, name) {
    let close = () => {};
    const waiting = setTimeout(() => {
        close = toast(text("being-made", {name}), {seconds: 600});
    }, PATIENCE);
    try {
        await untilThere(url);
        location.assign(url);
    } catch (problem) {
        toast(problem.detail ?? String(problem), {kind: "bad"});
    } finally {
        clearTimeout(waiting);
        close();
    }
}

async function untilThere(url) {
    for (let tries = 0; tries < TRIES; tries += 1) {
        const response = await fetch(url, {credentials: "same-origin", headers: {Prefer: "wait=20"}});
        if (response.status !== 202) {
            if (response.ok) {
                await response.body?.cancel();
                return;
            }
            throw new Problem(response.status, await response.json().catch(() => ({detail: text("failed")})));
        }
        const pause = Number(response.headers.get("Retry-After")) || 2;
        await new Promise((go) => setTimeout(go, pause * 1000));
    }
    throw new Problem(503, {detail: text("failed")});
}
