// What the customer's page consists of: each part takes what the server said and gives nodes, or nothing.
// Written for old phones: no syntax younger than ES5. Everything shown is set as text, never as markup.
"use strict";

var TZ = {};

(function () {
  function make(tag, attributes) {
    var node = document.createElement(tag), name, i, child;
    for (name in attributes || {}) node.setAttribute(name, attributes[name]);
    for (i = 2; i < arguments.length; i += 1) {
      child = arguments[i];
      if (child === null || child === undefined || child === "") continue;
      node.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
    }
    return node;
  }

  function all(node, children) {
    for (var i = 0; i < children.length; i += 1) if (children[i]) node.appendChild(children[i]);
    return node;
  }

  function button(words, press, kind) {
    var node = make("button", { type: "button", "class": kind || "" }, words);
    node.addEventListener("click", function () { press(node); });
    return node;
  }

  function yuan(fen) { return "¥" + (fen / 100).toFixed(2); }

  // Times are the Shanghai clock's, whatever the phone is set to: eight hours, no daylight saving.
  function shanghai(text) { return new Date(new Date(text).getTime() + 8 * 3600 * 1000); }
  function two(number) { return (number < 10 ? "0" : "") + number; }
  function day(text) {
    var at = shanghai(text);
    return (at.getUTCMonth() + 1) + " 月 " + at.getUTCDate() + " 日（周" + "日一二三四五六".charAt(at.getUTCDay()) + "）";
  }
  function clock(text) { var at = shanghai(text); return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()); }
  function moment(text) { return day(text) + " " + clock(text); }
  function span(start, end) { return day(start) + " " + clock(start) + "–" + clock(end); }

  function card(title) {
    var node = make("section", { "class": "card" }, title ? make("h2", {}, title) : null);
    return all(node, Array.prototype.slice.call(arguments, 1));
  }

  function fact(list, name, value) {
    if (value) list.appendChild(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
  }

  var STEPS = {
    "new": "订单已收到，正在为您安排服务网点。",
    offered: "已通知服务网点，等待接单。",
    accepted: "网点已接单，师傅会与您约上门时间。",
    booked: "上门时间已约好，请保持电话畅通。",
    on_site: "师傅已到场，正在安装。",
    submitted: "师傅已完工，请您查看后验收。",
    confirmed: "已验收，感谢您。有问题仍可在本页投诉。",
    closed: "本次服务已完结。有问题仍可在本页投诉。",
    suspended: "安装已暂停，网点会再次联系您。",
    rework: "将安排师傅二次上门返工；如需收费，会先征得您同意。",
    unserved: "您所在的地区暂时没有服务网点，客服会联系您。",
    cancelled: "本单已取消，不会有人上门。"
  };

  function top(state) {
    var job = state.job, list = make("dl", { "class": "facts" });
    var good = job.status === "confirmed" || job.status === "closed", bad = job.status === "unserved" || job.status === "cancelled";
    var who = job.installer_name ? job.installer_name + (job.installer_phone ? "（来电 " + job.installer_phone + "）" : "") : null;
    fact(list, "上门时间", job.window_start ? span(job.window_start, job.window_end) : null);
    fact(list, "谁来安装", who);
    fact(list, "服务网点", job.dealer_name);
    fact(list, "地址", job.customer && job.customer.address);
    fact(list, "订单号", job.order_number);
    return card(null,
      make("h1", {}, job.product_name + (job.units > 1 ? " × " + job.units : "")),
      make("p", { "class": "badge" + (good ? " good" : bad ? " bad" : "") }, job.kind_name + " · " + job.status_name),
      make("p", {}, job.kind === "return_visit" ? (job.status === "closed" ? "已回访，谢谢您。" : "想听听您的意见：在下面答几个问题，或等客服来电。") : STEPS[job.status]),
      job.held ? make("p", { "class": "note warn" }, "上门暂缓：客服正在处理，处理好会再与您约时间。") : null,
      job.status === "rework" && job.fault ? make("p", { "class": "quiet" }, "返工由客服裁定，进展会发短信告诉您。") : null,
      list);
  }

  function confirming(state) {
    var job = state.job, may = TZ.may(state), node = card("请您验收");
    if (job.status !== "submitted") return null;
    node.className += " now";
    if (job.dispute_open) {
      return card("异议已提交", make("p", {}, "客服正在裁定，结果会在本页显示并发短信告诉您。裁定前不会自动验收。"));
    }
    if (job.confirm_code) {
      all(node, [make("p", { "class": "quiet" }, "满意后把验收码告诉师傅，或直接在下面验收："), make("p", { "class": "code" }, job.confirm_code)]);
    } else if (may("confirm")) {
      node.appendChild(make("p", { "class": "quiet" }, "验收码这里不显示：请看发给您的短信，或从微信里收到的通知打开。"));
    }
    all(node, ["confirm", "confirm_with_reserves", "dispute"].map(function (name) {
      return may(name) ? TZ.opener(state, name, name === "confirm" ? "main" : "") : null;
    }));
    if (!may("confirm")) {
      node.appendChild(make("p", { "class": "note warn" }, "还有收费没有答复或结清，或投诉、远程费异议还没有结果，处理完才能验收。"));
    }
    if (job.auto_confirm_at) {
      node.appendChild(make("p", { "class": "quiet" }, "到 " + moment(job.auto_confirm_at) + " 没有答复，将按下单时的约定自动验收；自动验收不影响您的质保与投诉权利。"));
    }
    return node;
  }

  function asked(state) {
    var sheet = state.sheet, may = TZ.may(state), node, waiting;
    waiting = sheet.charges.filter(function (one) { return one.status === "proposed"; });
    if (!waiting.length) return null;
    node = card("师傅提出的收费，等您答复");
    node.className += " now";
    node.appendChild(make("p", { "class": "quiet" }, "不同意就不施工、不收费；不答复视为不同意。"));
    waiting.forEach(function (one) {
      var yes = may("approve_charge") ? TZ.doer(state, "approve_charge", { charge_id: one.id }, "同意 " + yuan(one.amount_fen), "main") : null;
      var no = may("refuse_charge") ? TZ.doer(state, "refuse_charge", { charge_id: one.id }, "不同意", "") : null;
      node.appendChild(make("div", { "class": "line" },
        make("p", {}, one.text),
        one.shown ? null : make("p", { "class": "quiet" }, "下单前的承诺里没有这一项，师傅须附照片说明。"),
        one.answer_by ? make("p", { "class": "quiet" }, "请在 " + moment(one.answer_by) + " 前答复") : null,
        yes || no ? all(make("div", { "class": "pair" }), [yes, no]) : null));
    });
    if (waiting.length > 1) node.appendChild(make("p", { "class": "sum" }, "合计 " + yuan(sheet.waiting_fen)));
    if (sheet.code) {
      node.appendChild(make("p", { "class": "quiet" }, "也可以把下面的同意码告诉师傅，等于同意以上全部："));
      node.appendChild(make("p", { "class": "code" }, sheet.code));
    }
    return node;
  }

  function charges(state) {
    var may = TZ.may(state), node = card("收费明细"), past, job = state.job, remote = state.remote;
    past = state.sheet.charges.filter(function (one) { return one.status !== "proposed"; });
    if (!past.length && (!remote || remote.payer === "nobody" || job.status === "cancelled" || job.status === "unserved")) return null;
    if (state.sheet.text) node.appendChild(make("p", { "class": "quiet" }, state.sheet.text));
    past.forEach(function (one) {
      node.appendChild(make("div", { "class": "line" },
        make("p", {}, one.text),
        make("p", { "class": "quiet" }, one.status_name + (one.settled ? " · 已收款" : "")),
        may("dispute_charge") && one.status === "approved" && one.settled ? TZ.opener(state, "dispute_charge", "", { charge_id: one.id }) : null));
    });
    if (remote && remote.text) {
      node.appendChild(make("div", { "class": "line" }, make("h2", {}, "远程费"), make("p", {}, remote.text),
        remote.disputed ? make("p", { "class": "quiet" }, "异议已提交，等待客服裁定。") : null,
        may("dispute_remote") && !remote.disputed && remote.payer !== "nobody" ? TZ.opener(state, "dispute_remote", "") : null));
    }
    return node;
  }

  function repair(state) {
    var one = state.repair;
    if (!one || one.payer !== "customer" || one.quoted_fen === null) return null;
    if (one.answer) return card("维修报价", make("p", {}, one.quote_text), make("p", { "class": "quiet" }, one.answer === "agreed" ? "您已同意" : "您没有同意，本单已取消，不收费"));
    if (one.job_status !== "new") return null;
    var node = card("维修报价，等您答复", make("p", {}, one.text), make("p", {}, one.quote_text), make("p", { "class": "sum" }, "合计 " + yuan(one.quoted_fen)),
      all(make("div", { "class": "pair" }), [TZ.quoter(state, one.id, true), TZ.quoter(state, one.id, false)]));
    node.className += " now";
    return node;
  }

  function pictures(state) {
    var found = state.photos.filter(function (one) { return one.links.length && !one.erased_at; });
    if (!found.length) return null;
    return card("现场照片", all(make("div", { "class": "photos" }), found.map(function (one) {
      var image = make("img", { src: TZ.own(one.links[0].url), alt: one.slot_name });
      var node = button("", function () { TZ.enlarge(one); });
      return all(node, [image, make("span", {}, one.slot_name)]);
    })));
  }

  function said(state) {
    var found = state.voices, lines = [];
    found.objections.forEach(function (one) {
      lines.push(make("div", { "class": "line" },
        make("p", { "class": "sum" }, one.name + (one.reason_name ? "（" + one.reason_name + "）" : "")),
        one.text ? make("p", {}, one.text) : null,
        make("p", { "class": one.outcome ? "note good" : "quiet" }, one.outcome || "等待客服裁定"),
        one.ruling_text ? make("p", { "class": "quiet" }, "理由：" + one.ruling_text) : null));
    });
    found.complaints.forEach(function (one) {
      var node = make("div", { "class": "line" },
        make("p", { "class": "sum" }, "投诉（" + one.category_name + "） " + moment(one.opened_at)),
        one.text ? make("p", {}, one.text) : null);
      one.replies.forEach(function (reply) { node.appendChild(make("p", { "class": "note" }, "客服 " + moment(reply.at) + "：" + reply.text)); });
      node.appendChild(make("p", { "class": one.outcome ? "note good" : "quiet" }, one.outcome || (one.replies.length ? "处理中" : "已受理，等待客服回复")));
      lines.push(node);
    });
    return lines.length ? all(card("我的投诉与异议"), lines) : null;
  }

  function rated(state) {
    if (state.job.rating) return card("我的评价", make("p", {}, state.job.rating + " 分，谢谢您。"));
    return TZ.may(state)("rate") ? card("评价本次服务", TZ.form(state, "rate", {})) : null;
  }

  var ABOVE = ["confirm", "confirm_with_reserves", "dispute", "approve_charge", "refuse_charge", "dispute_charge", "dispute_remote", "rate", "deny_delay"];
  var FIRST = ["self_install_outcome", "book", "record_answers"];

  function family(state) {
    var others = state.family.filter(function (one) { return one.id !== state.job.id; });
    if (!others.length) return null;
    return all(card("与这一单有关的"), others.map(function (one) {
      return button((one.kind === "return_visit" ? "回访" : one.kind === "second_visit" ? "二次上门" : one.product_name) + " ›", function () { TZ.open(one.id); });
    }));
  }

  function first(state) {
    var nodes = FIRST.filter(TZ.may(state)).map(function (name) { return TZ.opener(state, name, "main"); });
    if (!nodes.length) return null;
    var node = all(card("等您答复"), nodes);
    node.className += " now";
    return node;
  }

  function more(state) {
    var nodes = state.job.available_actions.filter(function (name) { return TZ.words.forms[name] && ABOVE.indexOf(name) < 0 && FIRST.indexOf(name) < 0; })
      .map(function (name) { return TZ.opener(state, name, ""); });
    return nodes.length ? all(card("还可以"), nodes) : null;
  }

  function delayed(state) {
    var told = state.voices.delay;
    if (!told || !TZ.may(state)("deny_delay")) return null;
    return card("网点登记了延期", make("p", {}, told.name + "：" + told.reason_name + "（" + moment(told.at) + "）"),
      make("p", { "class": "quiet" }, "若与事实不符请告诉我们，时效按没有延期计算，客服会核实。"), TZ.opener(state, "deny_delay", ""));
  }

  function rights() {
    return card(null, make("details", {}, make("summary", {}, "您的权利"),
      make("ul", {},
        make("li", {}, "增项收费先报价、经您同意才施工；未经同意的收费您可以不付，付过的可以提出异议。"),
        make("li", {}, "验收（包括约定的自动验收）不影响您依法享有的质保、退换与投诉权利。"),
        make("li", {}, "对网点登记的延期原因、收费、远程费和完工结果，您都可以在本页提出异议，由客服裁定，裁定结果显示在本页。"),
        make("li", {}, "师傅离场 7 天后看不到您的电话和地址；照片只用于本次服务的验收与争议处理。"),
        make("li", {}, "查看、导出或删除您的个人信息，请在微信小程序中用下单手机号登录后办理；也可以请下单店铺的客服协助。")),
      make("p", { "class": "quiet" }, "有这个链接的人都能打开这一单和它的返工、回访，请不要转发。")));
  }

  TZ.make = make;
  TZ.all = all;
  TZ.button = button;
  TZ.card = card;
  TZ.span = span;
  TZ.day = day;
  TZ.shanghai = shanghai;
  TZ.parts = [top, family, asked, repair, confirming, first, delayed, charges, rated, said, pictures, more, rights];
}());
