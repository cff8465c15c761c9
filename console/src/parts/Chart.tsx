import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { EChartsCoreOption } from "echarts/core";
import { useEffect, useRef } from "react";

import { COLOURS } from "./colours";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

interface Props {
  option: EChartsCoreOption;
  height?: number;
  /** What it shows, for those who don't see it. */
  label: string;
  /** A point or bar was pressed: its place on the category axis. */
  onPick?: (name: string) => void;
}

/** A chart; import it lazily, the library is larger than everything else together. */
export default function Chart({ option, height = 240, label, onPick }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  useEffect(() => {
    const drawn = echarts.init(place.current!, undefined, { renderer: "canvas" });
    chart.current = drawn;
    const watch = new ResizeObserver(() => drawn.resize());
    watch.observe(place.current!);
    return () => {
      watch.disconnect();
      drawn.dispose();
    };
  }, []);
  useEffect(() => {
    // richText: the policy lets no page write styles into HTML.
    chart.current?.setOption({ color: COLOURS, tooltip: { trigger: "axis", renderMode: "richText" }, ...option }, true);
  }, [option]);
  useEffect(() => {
    const drawn = chart.current;
    const pick = ({ name }: { name: string }) => onPick?.(name);
    drawn?.on("click", pick as never);
    return () => void (drawn?.isDisposed() || drawn?.off("click", pick));
  }, [onPick]);
  return <div ref={place} role="img" aria-label={label} style={{ height }} />;
}
