/* Requests to the site's own addresses, with the session and the CSRF token: JSON in, JSON out.
 * An answer that is no success throws a Problem, whose `detail` is meant for people. */
import {text} from "./texts.js";

export class Problem extends Error {
    constructor(status, document) {
        super(document.detail || document.title || String(status));
        this.name = "Problem";
        this.status = status;
        this.code = document.code || "";
        this.detail = this.message;
        this.errors = document.errors || {};
        this.document = document;
    }
}

/* After a new log-in in another tab there is a new token, so it is taken from the cookie each time. */
export function csrfToken() {
    const cookie = document.cookie.split("; ").findLast((each) => each.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : "";
}

async function send(method, url, data, options = {}) {
    const headers = {Accept: "application/json", ...options.headers};
    let body;
    if (data instanceof FormData || data instanceof URLSearchParams || data instanceof Blob) {
        body = data;
    } else if (data !== undefined) {
        headers["Content-Type"] = "application/json";
        body = JSON.stringify(data);
    }
    if (method !== "GET") {
        headers["X-CSRFToken"] = csrfToken();
    }
    let response;
    try {
        response = await fetch(url, {
            method, headers, body, signal: options.signal, keepalive: options.keepalive,
            credentials: "same-origin",
        });
    } catch (error) {
        if (error.name === "AbortError") {
            throw error;
        }
        throw new Problem(0, {code: "offline", detail: text("offline")});
    }
    const type = response.headers.get("Content-Type") || "";
    const content = /[/+]json/.test(type) ? await response.json() : null;
    if (response.status === 401) {
        throw new Problem(401, {code: "not-authenticated", detail: text("logged-out")});
    }
    if (!response.ok) {
        throw new Problem(response.status, content || {detail: text("failed")});
    }
    return content;
}

export const get = (url, options) => send("GET", url, undefined, options);
export const post = (url, data, options) => send("POST", url, data, options);
export const put = (url, data, options) => send("PUT", url, data, options);
export const patch = (url, data, options) => send("PATCH", url, data, options);
export const del = (url, data, options) => send("DELETE", url, data, options);
