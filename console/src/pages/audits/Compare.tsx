import { Alert, Descriptions, Empty, Radio, Slider, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { api, type Schemas } from "@/api/client";
import { FINDINGS, word } from "@/app/words";
import { time } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import "./audits.css";
import { css, inverse, type Matrix, mirror, move, SAME, type Spot, times } from "./homography";

type Match = Schemas["PhotoMatch"];
type Side = Schemas["MatchedPhoto"];

const LONGER = 640; // pixels to which the transform's pictures are scaled on the longer side
const GRADES: Record<string, string> = { copy: "同一文件", retaken: "同一画面，角度不同" };

/** The photos that are the same picture as this one, beside it, with what both show marked. */
export function Compare({ photoId }: { photoId: number }) {
  const asked = api.useQuery("get", "/api/v1/photos/{photo_id}/matches", { params: { path: { photo_id: photoId } } });
  const [chosen, choose] = useState(0);
  return (
    <Loaded asked={asked}>
      {({ photo, matches, compared_at, trouble }) => {
        const match = matches[chosen] ?? matches[0];
        if (!match) return <Nothing compared={compared_at !== null} trouble={trouble} />;
        return (
          <>
            {matches.length > 1 && (
              <Radio.Group
                aria-label="相同的照片"
                optionType="button"
                size="small"
                value={chosen}
                onChange={(event) => choose(Number(event.target.value))}
                options={matches.map(({ other }, value) => ({ value, label: other ? `工单 ${other.job_id}` : "其他渠道" }))}
              />
            )}
            <Judged match={match} />
            {match.other ? <Both photo={photo} match={match} other={match.other} /> : <Alert type="info" title="另一张照片属于您无权查看的渠道" />}
          </>
        );
      }}
    </Loaded>
  );
}

function Nothing({ compared, trouble }: { compared: boolean; trouble: string | null }) {
  if (trouble) return <Alert type="warning" title="查找相同照片没有成功" description={trouble} />;
  return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={compared ? "没有找到相同的照片" : "尚未查找，请稍后再看"} />;
}

const percent = (part: number | null) => (part === null ? undefined : `${Math.round(part * 100)} %`);

function Judged({ match }: { match: Match }) {
  const facts = [
    { label: "判断", children: match.same_bytes ? "字节完全相同" : `${GRADES[match.grade] ?? match.grade}${match.mirrored ? "（镜像）" : ""}` },
    { label: "计为", children: match.finding ? <Tag color="red">{word(FINDINGS, match.finding)}</Tag> : "仅供参考，不计分" },
    { label: "一致程度", children: percent(match.agreement) },
    { label: "一致区块", children: percent(match.share) },
    { label: "覆盖", children: percent(match.cover) },
    { label: "倾斜", children: percent(match.tilt) },
    { label: "对应点", children: match.inliers },
  ];
  const items = facts.filter((fact) => fact.children != null).map((fact) => ({ key: fact.label, ...fact }));
  return <Descriptions size="small" column={7} layout="vertical" items={items} style={{ margin: "8px 0" }} />;
}

interface Size {
  width: number;
  height: number;
}

function sized({ width, height }: Side): Size {
  const scale = LONGER / Math.max(width, height);
  return { width: width * scale, height: height * scale };
}

/** The later photo onto the earlier one, in pixels of both at 640. */
function way(match: Match, later: Size): Matrix {
  const onto = match.transform.length === 9 ? match.transform : SAME;
  return match.mirrored ? times(onto, mirror(later.width)) : onto;
}

function Both({ photo, match, other }: { photo: Side; match: Match; other: Side }) {
  const [laid, lay] = useState(false);
  const [later, earlier] = match.other_is_earlier ? [photo, other] : [other, photo];
  const onto = way(match, sized(later));
  return (
    <>
      <Radio.Group optionType="button" size="small" aria-label="看法" value={laid} onChange={(event) => lay(event.target.value === true)} options={[{ value: false, label: "并排" }, { value: true, label: "叠合" }]} style={{ marginBottom: 8 }} />
      {laid ? (
        <Laid later={later} earlier={earlier} onto={onto} />
      ) : (
        <div className="pair">
          <Framed side={photo} name="这张" frame={frame(photo === later ? inverse(onto) : onto, sized(other))} />
          <Framed side={other} name={match.other_is_earlier ? "更早的一张" : "更晚的一张"} frame={frame(other === later ? inverse(onto) : onto, sized(photo))} />
        </div>
      )}
    </>
  );
}

/** Where the other picture's four corners lie on this one. */
const frame = (onto: Matrix, { width, height }: Size): Spot[] =>
  ([[0, 0], [width, 0], [width, height], [0, height]] as const).map((corner) => move(onto, corner)); // prettier-ignore

const picture = (side: Side) => side.links.find((one) => one.variant === "1280")?.url;

const Gone = () => <Alert type="info" title="照片已删除" />;

function Framed({ side, name, frame: corners }: { side: Side; name: string; frame: Spot[] }) {
  const { width, height } = sized(side);
  if (side.erased_at) return <Gone />;
  return (
    <figure>
      <div className="sheet" style={{ aspectRatio: `${width} / ${height}`, maxHeight: "58vh" }}>
        <img src={picture(side)} alt={`${name}：工单 ${side.job_id} ${side.slot_name}`} />
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <path fillRule="evenodd" fill="#10201f" fillOpacity={0.45} d={`M0 0H${width}V${height}H0ZM${corners.map((spot) => spot.join(" ")).join("L")}Z`} />
          <polygon points={corners.map((spot) => spot.join()).join(" ")} fill="none" stroke="#ffb000" strokeWidth={4} strokeDasharray="14 6" />
        </svg>
      </div>
      <Whose side={side} name={name} />
    </figure>
  );
}

const Whose = ({ side, name }: { side: Side; name: string }) => (
  <figcaption>
    <strong>{name}</strong> <Link to={`/jobs/${side.job_id}`}>工单 {side.job_id}</Link> {side.slot_name} · {side.dealer_name ?? "—"} ·{" "}
    {time(side.received_at)} 收到{side.superseded_as && "（后来撤换）"}
  </figcaption>
);

/** The later photo bent onto the earlier one: what differs shows when it is faded in and out. */
function Laid({ later, earlier, onto }: { later: Side; earlier: Side; onto: Matrix }) {
  const [seen, see] = useState(50);
  const size = sized(earlier);
  const over = sized(later);
  if (later.erased_at || earlier.erased_at) return <Gone />;
  return (
    <div className="laid">
      <Slider value={seen} onChange={see} tooltip={{ formatter: (value) => `更晚的一张 ${value} %` }} aria-label="更晚的一张的浓度" style={{ maxWidth: size.width, margin: "0 auto 8px" }} />
      <figure>
        <div className="sheet" style={{ width: size.width, height: size.height }}>
          <img src={picture(earlier)} alt={`更早：工单 ${earlier.job_id}`} />
          <img src={picture(later)} alt={`更晚：工单 ${later.job_id}`} style={{ width: over.width, height: over.height, opacity: seen / 100, transformOrigin: "0 0", transform: css(onto) }} />
        </div>
        <Whose side={earlier} name="更早" />
        <Whose side={later} name="更晚" />
      </figure>
    </div>
  );
}
