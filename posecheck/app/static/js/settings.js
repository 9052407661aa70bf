// What this browser remembers about how the page is to look and work. Never anything about the person.

const PREFIX = "posecheck.";

/** Settings in localStorage; kept in memory alone where the browser allows no storage. */
export function makeSettings() {
  const memory = new Map();
  const listeners = new Map();
  return {
    get(key, otherwise = null) {
      if (memory.has(key)) return memory.get(key);
      try {
        const text = localStorage.getItem(PREFIX + key);
        return text === null ? otherwise : JSON.parse(text);
      } catch {
        return otherwise;
      }
    },
    set(key, value) {
      memory.set(key, value);
      try {
        localStorage.setItem(PREFIX + key, JSON.stringify(value));
      } catch {
        // Closed or full: remembered until the page is left.
      }
      for (const tell of listeners.get(key) ?? []) tell(value);
    },
    on(key, tell) {
      if (!listeners.has(key)) listeners.set(key, new Set());
      listeners.get(key).add(tell);
      return () => listeners.get(key).delete(tell);
    },
  };
}
