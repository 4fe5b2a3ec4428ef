/* Draws every [data-chart]: the option comes from the page, colours, lines and letters from the theme's tokens. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // A DOM node for the tooltip: ECharts' own is HTML with styles in it, which the content policy blocks.
  function tip(points) {
    const list = Array.isArray(points) ? points : [points];
    const box = document.createElement("div");
    const head = document.createElement("b");
    head.textContent = list[0].axisValueLabel || list[0].name;
    box.append(head);
    list.forEach((point) => {
      const line = document.createElement("span");
      const key = document.createElement("i");
      const value = document.createElement("em");
      key.className = `key-${point.seriesIndex % 6}`;
      value.textContent = Array.isArray(point.value) ? point.value.join(", ") : point.value;
      line.append(key, point.seriesName || "", value);
      box.append(line);
    });
    return box;
  }

  const onAxis = (base, own) => (Array.isArray(own)
    ? own.map((one) => onAxis(base, one))
    : { ...base, ...own, axisLabel: { ...base.axisLabel, ...own.axisLabel } });

  function dressed(option) {
    const [ink, quiet, line] = [token("ink-2"), token("ink-3"), token("line")];
    const axis = { axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line, type: [3, 4] } }, axisLabel: { color: quiet, fontSize: 11 }, nameTextStyle: { color: quiet } };
    const full = {
      animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 400,
      color: [1, 2, 3, 4, 5, 6].map((n) => token(`chart-${n}`)),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      grid: { left: 4, right: 4, top: 44, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      ...option,
      legend: { top: 4, left: 0, itemWidth: 10, itemHeight: 10, itemGap: 18, icon: "roundRect", textStyle: { color: ink, fontSize: 12 }, ...option.legend },
      tooltip: { trigger: "axis", confine: true, className: "chart-tip", backgroundColor: "transparent", borderWidth: 0, padding: 0, formatter: tip, ...option.tooltip },
    };
    if (option.xAxis) full.xAxis = onAxis(axis, option.xAxis);
    if (option.yAxis) full.yAxis = onAxis(axis, option.yAxis);
    full.series = (option.series || []).map((series) => (
      series.type === "bar" ? { barMaxWidth: 14, itemStyle: { borderRadius: [4, 4, 0, 0] }, ...series }
        : series.type === "line" ? { smooth: 0.3, showSymbol: false, symbolSize: 6, lineStyle: { width: 2.5 }, ...series } : series));
    return full;
  }

  const drawn = new Map();
  function drawOne(element) {
    const chart = drawn.get(element) || echarts.init(element, null, { renderer: "canvas" });
    if (!drawn.has(element)) {
      drawn.set(element, chart);
      new ResizeObserver(() => chart.resize()).observe(element);
    }
    chart.setOption(dressed(JSON.parse(element.dataset.chart)), true);
  }

  document.addEventListener("silun:theme", () => drawn.forEach((chart, element) => (element.isConnected ? drawOne(element) : drawn.delete(element))));
  window.silunCharts = {
    draw(part) {
      if (part.matches("[data-chart]")) drawOne(part);
      part.querySelectorAll("[data-chart]").forEach(drawOne);
    },
  };
})();
