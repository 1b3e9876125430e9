/* The texts of scripts, in the reader's language: every <script type="application/json"
 * id="texts-…"> of the page. A value is a text, or an object of plural forms ("one", "few", "many",
 * "other") that is chosen by `count`. `{name}` in it is replaced by the value of that name. */

const texts = new Map();

function read() {
    for (const element of document.querySelectorAll('script[type="application/json"][id^="texts-"]')) {
        for (const [key, value] of Object.entries(JSON.parse(element.textContent))) {
            texts.set(key, value);
        }
    }
}

export function text(key, values = {}) {
    if (!texts.has(key)) {
        read();
    }
    let found = texts.get(key) ?? key;
    if (typeof found === "object") {
        const form = new Intl.PluralRules(document.documentElement.lang).select(values.count);
        found = found[form] ?? found.other;
    }
    return found.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}
