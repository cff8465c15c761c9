// What a customer fills in: made from the server's list of what each action asks for.
"use strict";

(function () {
  var make = TZ.make, all = TZ.all, button = TZ.button;
  var SCORES = [["overall", "总体"], ["punctuality", "准时"], ["attitude", "态度"], ["workmanship", "手艺"], ["charges", "收费"]];
  var DAMAGE = [["package", "包装"], ["exterior", "外观"], ["function", "功能"]];
  var STATES = [["unknown", "不清楚"], ["intact", "完好"], ["damaged", "有损坏"]];

  function choice(options, empty) {
    var node = make("select", {});
    if (empty) node.appendChild(make("option", { value: "" }, empty));
    options.forEach(function (one) { node.appendChild(make("option", { value: one[0] }, one[1])); });
    return node;
  }

  function labelled(words, input) {
    var node = make("label", {}, words);
    node.appendChild(input);
    return node;
  }

  function stars(name, words, values) {
    var row = make("div", { "class": "stars", role: "group", "aria-label": words });
    [1, 2, 3, 4, 5].forEach(function (score) {
      row.appendChild(button(score + " 分", function (pressed) {
        values[name] = score;
        Array.prototype.forEach.call(row.children, function (one) { one.setAttribute("aria-pressed", String(one === pressed)); });
      }));
    });
    return all(make("div", {}), [make("p", { "class": "label" }, words), row]);
  }

  // The day's own noon, or now if that has not come: a day told is never in the future by hours.
  function noon(value) {
    var at = new Date(value + "T12:00:00+08:00"), now = new Date();
    return (value === isoDay(now) && at > now ? now : at).toISOString();
  }
  function isoDay(date) { return TZ.shanghai(date).toISOString().slice(0, 10); }

  // Each kind of field: what is shown, and a function that reads it; undefined is left out.
  var KINDS = {
    choice: function (field) {
      var input = choice(field.options, "请选择");
      return [labelled(field.name === "outcome" ? "结果" : field.name === "category" ? "类别" : "原因", input), function () { return input.value || undefined; }];
    },
    text: function (field) {
      var input = make("textarea", { maxlength: "1000" });
      return [labelled("说明" + (field.required ? "" : "（可不填）"), input), function () { return input.value.trim() || undefined; }];
    },
    day: function () {
      var input = make("input", { type: "date", placeholder: "2026-08-14" });
      return [labelled("日期", input), function () { return /^\d{4}-\d{2}-\d{2}$/.test(input.value) ? noon(input.value) : undefined; }];
    },
    window: function (field, state) {
      var input = choice([], "正在读取可约的时段…"), found = [];
      TZ.get("/jobs/" + state.job.id + "/windows", function (answer) {
        found = answer ? answer.items : [];
        input.textContent = "";
        input.appendChild(make("option", { value: "" }, found.length ? "请选择" : "近 7 天没有空闲时段，请电话联系网点"));
        found.forEach(function (one, at) { input.appendChild(make("option", { value: at }, TZ.span(one.start, one.end))); });
      });
      return [labelled("时段", input), function () {
        var one = input.value === "" ? null : found[Number(input.value)];
        return one ? { start: one.start, end: one.end } : undefined;
      }];
    },
    scores: function () {
      var values = {}, node = make("div", {}), rest = make("details", {}, make("summary", {}, "分项打分（可不填）"));
      SCORES.forEach(function (one, at) { (at ? rest : node).appendChild(stars(one[0], one[1], values)); });
      node.appendChild(rest);
      return [node, function () { return values.overall ? values : undefined; }];
    },
    appraisal: function () {
      var inputs = {}, node = make("div", {});
      DAMAGE.forEach(function (one) { inputs[one[0]] = choice(STATES); node.appendChild(labelled(one[1], inputs[one[0]])); });
      return [node, function () {
        return { "package": inputs["package"].value, exterior: inputs.exterior.value, "function": inputs["function"].value };
      }];
    },
    answers: function () {
      var inputs = [], node = make("div", {});
      TZ.words.questions.forEach(function (one) {
        var input = choice(one.options.map(function (option) { return [option.code, option.words]; }), "请选择");
        inputs.push([one.code, input]);
        node.appendChild(labelled(one.text, input));
      });
      return [node, function () {
        var said = inputs.filter(function (one) { return one[1].value; }).map(function (one) { return { question: one[0], answer: one[1].value }; });
        return said.length ? said : undefined;
      }];
    }
  };

  function path(state, name, ids) {
    return "/jobs/" + state.job.id + "/" + TZ.words.forms[name].path.replace(/<id:(\w+)>/g, function (_, id) { return ids[id]; });
  }

  var SEEN = ["confirm", "confirm_with_reserves", "dispute"]; // a word about the whole job as it was seen

  TZ.form = function (state, name, ids) {
    var form = TZ.words.forms[name], node = make("div", {}), reads = {}, missing = make("p", { "class": "note warn", hidden: "" }, "请把必填的内容填好。");
    if (form.hint) node.appendChild(make("p", { "class": "quiet" }, form.hint));
    form.fields.forEach(function (field) {
      var made = KINDS[field.kind](field, state);
      reads[field.name] = [field, made[1]];
      node.appendChild(made[0]);
    });
    node.appendChild(missing);
    node.appendChild(button("提交：" + form.name, function () {
      var body = {}, lacks = false, value;
      Object.keys(reads).forEach(function (key) {
        value = reads[key][1]();
        if (value !== undefined) body[key] = value;
        else if (reads[key][0].required) lacks = true;
      });
      missing.hidden = !lacks;
      if (!lacks) TZ.change(path(state, name, ids || {}), body, SEEN.indexOf(name) < 0 ? null : state.job.version);
    }, "main"));
    return node;
  };

  // A button that unfolds its form below itself; pressed again it folds.
  TZ.opener = function (state, name, kind, ids) {
    var box = make("div", {}), shown = null;
    box.appendChild(button(TZ.words.forms[name].name, function (pressed) {
      if (shown) { box.removeChild(shown); shown = null; pressed.setAttribute("aria-expanded", "false"); return; }
      shown = TZ.form(state, name, ids);
      pressed.setAttribute("aria-expanded", "true");
      box.appendChild(shown);
    }, kind));
    return box;
  };

  // A button that does it at once.
  TZ.doer = function (state, name, ids, words, kind) {
    return button(words, function () { TZ.change(path(state, name, ids), {}, null); }, kind);
  };

  TZ.quoter = function (state, id, agreed) {
    return button(agreed ? "同意，安排上门" : "不同意", function () { TZ.change("/service-requests/" + id + "/answer", { agreed: agreed }, null); }, agreed ? "main" : "");
  };
}());
