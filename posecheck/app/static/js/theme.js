// Light or dark, settled before the first paint. A classic script in the head: a module would come too late.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  window.posecheckTheme = () => {
    let chosen = null;
    try {
      chosen = JSON.parse(localStorage.getItem("posecheck.theme"));
    } catch {
      // Storage may be closed to us; the system's own choice is as good.
    }
    const theme = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
    return theme;
  };
  dark.addEventListener("change", window.posecheckTheme);
  window.posecheckTheme();
})();
