// The session of the customer's page and everything that goes over the network.
// The token comes from behind the #, is taken out of the address bar at once and is kept in this page's memory only.
// A change carries an Idempotency-Key that stays the same until its fate is known: a second tap, a lost answer and a
// "try again" can never do a thing twice.
"use strict";

(function () {
  var make = TZ.make, all = TZ.all, button = TZ.button, page = document.getElementById("page"), say = document.getElementById("say");
  var session = null, claimed = null, jobs = [], jobId = null, busy = false, shownAt = 0;
  var PAUSES = [1000, 3000, 8000];

  TZ.words = JSON.parse(document.body.getAttribute("data-words"));
  TZ.may = function (state) { return function (name) { return state.job.available_actions.indexOf(name) >= 0; }; };
  TZ.own = function (url) { return url.replace(/^https?:\/\/[^/]+/, ""); };

  function hex(bytes) {
    var source = window.crypto || window.msCrypto, numbers = new Uint8Array(bytes), text = "", i;
    source.getRandomValues(numbers);
    for (i = 0; i < bytes; i += 1) text += (numbers[i] + 256).toString(16).slice(1);
    return text;
  }

  // Which phone this is, for the rule that a yes never comes from a phone of the dealer's people. No secret.
  function device() {
    var known = null;
    try { known = localStorage.getItem("tz-device"); } catch (error) { return "page-" + hex(12); }
    if (!known) {
      known = "page-" + hex(12);
      try { localStorage.setItem("tz-device", known); } catch (error) { return known; }
    }
    return known;
  }
  var PHONE = device();

  // One request, again after a pause when the network or the server was away; done(status, answer), status 0: no answer.
  function ask(method, path, body, headers, done, tries) {
    var request = new XMLHttpRequest(), turn = tries || 0, over = false, name;
    function again(wait) {
      if (over) return;
      over = true;
      if (turn < PAUSES.length) setTimeout(function () { ask(method, path, body, headers, done, turn + 1); }, wait || PAUSES[turn]);
      else done(0, null);
    }
    request.open(method, "/api/v1" + path);
    request.timeout = 20000;
    request.setRequestHeader("X-Device-Id", PHONE);
    for (name in headers) request.setRequestHeader(name, headers[name]);
    if (session) request.setRequestHeader("Authorization", "Bearer " + session);
    if (body !== null) request.setRequestHeader("Content-Type", "application/json");
    request.onerror = request.ontimeout = function () { again(0); };
    request.onload = function () {
      var answer = null;
      if (request.status === 502 || request.status === 503 || request.status === 504) return again(0);
      try { answer = request.responseText ? JSON.parse(request.responseText) : {}; } catch (error) { answer = null; }
      if (!over) { over = true; done(request.status, answer); }
      return undefined;
    };
    request.send(body === null ? null : JSON.stringify(body));
  }

  TZ.get = function (path, done) {
    ask("GET", path, null, {}, function (status, answer) {
      if (status === 401) return expired();
      return done(status === 200 ? answer : null, status);
    });
  };

  function told(answer) {
    var faults = (answer && answer.errors) || [];
    if (faults.length) return faults.map(function (one) { return one.message; }).join("；");
    return (answer && (answer.detail || answer.title)) || "没有成功，请稍后再试";
  }

  function tell(words, bad, act) {
    say.textContent = "";
    say.className = bad ? "bad" : "";
    say.appendChild(document.createTextNode(words));
    if (act) say.appendChild(act);
    say.hidden = false;
    clearTimeout(tell.timer);
    if (!act) tell.timer = setTimeout(function () { say.hidden = true; }, bad ? 8000 : 4000);
  }

  function lock(locked) {
    busy = locked;
    Array.prototype.forEach.call(document.querySelectorAll("#page button"), function (one) { one.disabled = locked; });
  }

  TZ.change = function (path, body, version) {
    if (!busy) attempt(path, body, version, hex(16));
  };

  function attempt(path, body, version, key) {
    var headers = { "Idempotency-Key": key };
    if (version !== null) headers["If-Match"] = String(version);
    lock(true);
    tell("正在提交…", false, make("span", {}));
    ask("POST", path, body, headers, function (status, answer) {
      lock(false);
      if (status === 0) {
        tell("网络不通，不知道是否已经提交。再试一次不会重复提交。", true, button("再试一次", function () { attempt(path, body, version, key); }));
      } else if (status === 401) expired();
      else if (status === 412) { tell("工单刚刚有更新，请看过后再操作。", true); load(); }
      else if (status >= 200 && status < 300) { tell("已提交", false); load(); }
      else { tell(told(answer), true); if (status === 409) load(); }
    });
  }

  TZ.enlarge = function (photo) {
    TZ.get("/photos/" + photo.id, function (answer) {
      var link = answer && answer.photo.links.filter(function (one) { return one.variant === "1280"; })[0], box;
      if (!link) return tell("照片暂时打不开，请稍后再试", true);
      box = make("div", { "class": "big", role: "dialog", "aria-label": photo.slot_name }, make("img", { src: TZ.own(link.url), alt: photo.slot_name }));
      box.appendChild(button("关闭", function () { document.body.removeChild(box); }));
      return document.body.appendChild(box);
    });
  };

  function show(nodes) {
    page.textContent = "";
    all(page, nodes);
    shownAt = Date.now();
  }

  function choices() {
    if (jobs.length < 2) return null;
    var node = TZ.card("这个订单有 " + jobs.length + " 个工单");
    jobs.forEach(function (one) {
      var words = one.product_name + " · " + one.kind_name + " · " + one.status_name;
      node.appendChild(one.id === jobId ? make("p", { "class": "sum" }, words + "（正在看）") : button(words, function () { claim(claimed, one.id); }));
    });
    return node;
  }

  function render(state) {
    var nodes = [choices()].concat(TZ.parts.map(function (part) { return part(state); }));
    nodes.push(button("刷新", load, "plain"));
    show(nodes);
  }

  // The job first, then what belongs to it; a part that cannot be read is missing, the page stands.
  function load() {
    TZ.get("/jobs/" + jobId, function (job, status) {
      var state = { job: job, sheet: { charges: [] }, remote: null, photos: [], voices: { complaints: [], objections: [] }, repair: null, family: [] };
      var at = "/jobs/" + jobId, left = 5;
      if (!job) return status === 404 ? expired() : tell("暂时读不到安装单，请检查网络", true, button("再试一次", load));
      function part(name, path, pick) {
        TZ.get(path, function (answer) {
          if (answer) state[name] = pick ? pick(answer) : answer;
          left -= 1;
          if (left === 0) render(state);
        });
      }
      if (job.kind === "repair") {
        left += 1;
        part("repair", "/service-requests?state=all", function (found) { return found.items.filter(function (one) { return one.job_id === jobId; })[0] || null; });
      }
      part("family", "/jobs?limit=20", function (found) { return found.items; });
      part("sheet", at + "/charges");
      part("remote", at + "/remote-fee");
      part("voices", at + "/voices");
      return part("photos", at + "/photos?limit=100", function (found) { return found.items; });
    });
  }

  TZ.open = function (id) {
    jobId = id;
    load();
  };

  function opened(answer) {
    session = answer.token;
    jobId = answer.job_id;
    load();
  }

  function claim(what, chosen) {
    var body = { order_number: what[0], phone_last4: what[1] };
    if (chosen) body.job_id = chosen;
    session = null;
    ask("POST", "/sessions/claim", body, {}, function (status, answer) {
      if (status !== 201) return tell(status ? told(answer) : "网络不通，请稍后再试", true);
      claimed = what;
      jobs = answer.jobs || [];
      return opened(answer);
    });
  }

  // Nobody yet, or nobody any more: what to do about it.
  function door(title, words) {
    var number = make("input", { autocomplete: "off", maxlength: "64", id: "number" });
    var digits = make("input", { autocomplete: "off", maxlength: "4", inputmode: "numeric", pattern: "[0-9]*", id: "digits" });
    session = null;
    say.hidden = true;
    show([TZ.card(null, make("h1", {}, title), make("p", {}, words)),
      TZ.card("用订单号查询", make("label", { "for": "number" }, "订单号"), number,
        make("label", { "for": "digits" }, "下单手机号的后四位"), digits,
        button("查询", function () {
          if (!number.value.trim() || !/^\d{4}$/.test(digits.value)) return tell("请填写订单号和四位数字", true);
          return claim([number.value.trim(), digits.value], null);
        }, "main"),
        make("p", { "class": "quiet" }, "输错多次会暂时锁定。仍查不到，请联系下单店铺的客服。"))]);
  }
  function expired() {
    door("链接已失效", "链接过期、被收回，或登录已超时。请打开最近一条短信里的链接，或在下面用订单号查询。");
  }

  function start() {
    var found = /[#&]t=([A-Za-z0-9_-]{20,128})(?:&|$)/.exec(location.hash);
    if (location.hash && window.history.replaceState) history.replaceState(null, "", location.pathname + location.search);
    if (!found) return door("查我的安装单", "请从短信里的链接打开，或在下面用订单号查询。");
    return ask("POST", "/sessions/link", { token: found[1] }, {}, function (status, answer) {
      if (status === 201) opened(answer);
      else if (status === 0) {
        show([TZ.card(null, make("h1", {}, "网络不通"), make("p", {}, "请检查网络后，重新打开短信里的链接。"))]);
      } else if (status === 429) door("请稍候再试", told(answer));
      else expired();
    });
  }

  window.addEventListener("hashchange", function () { if (location.hash) start(); });
  document.addEventListener("visibilitychange", function () {
    var writing = document.querySelector("[aria-expanded=true], [aria-pressed=true]");
    if (!document.hidden && session && !busy && !writing && Date.now() - shownAt > 30000) load();
  });
  start();
}());
