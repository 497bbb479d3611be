/// The one style sheet of all reports: light and dark, wide and narrow, screen and paper.
///
/// It holds no character that XML would want escaped, so the document stays well-formed.
enum Stylesheet {
  static let text: StaticString = """
    :root{color-scheme:light dark;--paper:#fcfcfa;--card:#ffffff;--ink:#17191c;--soft:#5c636d;
    --rule:#e3e3de;--cell:#e6e6e1;--blue:#2456c8;--teal:#0f766e;--plum:#8a3a86;
    --good:#17794a;--bad:#bf2f1c;--warn:#9a5b00;--false:#8d8d86;--on:#ffffff;
    --t0:#2456c8;--t1:#0f8a80;--t2:#c98a12;--t3:#8a3a86;--t4:#6b7280}
    @media (prefers-color-scheme:dark){:root{--paper:#121316;--card:#191b1f;--ink:#ececea;
    --soft:#9ba1ab;--rule:#2d3036;--cell:#2b2e34;--blue:#86a9ff;--teal:#56c7b8;--plum:#d493cf;
    --good:#45b97c;--bad:#ff7b68;--warn:#e2a33f;--false:#787b80;--on:#121316;
    --t0:#86a9ff;--t1:#56c7b8;--t2:#e2b04a;--t3:#d493cf;--t4:#9ba1ab}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
    font-variant-numeric:tabular-nums}
    main,footer{max-width:976px;margin:0 auto;padding:0 24px}
    header.h1{padding:48px 0 8px}
    header.h2{padding:40px 0 0;margin-top:40px;border-top:1px solid var(--rule)}
    .over{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin:0 0 10px;
    color:var(--soft);font-weight:600}
    h1{font-size:34px;line-height:1.2;letter-spacing:-.015em;margin:0 0 20px;max-width:26em;
    font-weight:650;text-wrap:balance}
    header h2{font-size:26px;line-height:1.25;letter-spacing:-.01em;margin:0 0 16px;
    font-weight:650;text-wrap:balance}
    section{padding:30px 0 6px;border-top:1px solid var(--rule);margin-top:30px}
    section h2{font-size:20px;line-height:1.3;margin:0 0 8px;font-weight:650}
    h3{font-size:15px;margin:0 0 6px;font-weight:600}
    p{margin:0 0 12px}
    .aside,.none,small{color:var(--soft);font-size:14px;line-height:1.45}
    .aside{max-width:64ch;margin-bottom:16px}
    .none{padding:14px 0}
    code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
    overflow-wrap:anywhere}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));
    gap:12px 24px;margin:0 0 8px}
    .facts .long{grid-column:span 2}
    .facts dt{color:var(--soft);font-size:13px}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .columns{display:grid;grid-template-columns:1fr 1fr;gap:24px 40px;align-items:start}
    .columns .facts{grid-template-columns:1fr 1fr}
    .verdict{margin-bottom:10px}
    figure{margin:0;min-width:0}
    svg{display:block;width:100%;height:auto;overflow:visible;
    font-family:inherit;font-variant-numeric:tabular-nums}
    .narrow{display:none}
    .badge{display:inline-flex;align-items:center;gap:6px;padding:3px 11px 3px 7px;
    border-radius:99px;border:1.5px solid currentColor;font-size:14px;font-weight:650;
    line-height:1.3;white-space:nowrap}
    .badge svg{width:16px;height:16px}
    .badge.good,.gain{color:var(--good)}.badge.bad,.lost{color:var(--bad)}
    .badge.warn{color:var(--warn)}.badge.idle{color:var(--soft)}
    .verdict .badge{font-size:18px;padding:5px 16px 5px 11px}
    .verdict .badge svg{width:20px;height:20px}
    .sign{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
    .tick{font-size:12px;fill:var(--soft)}
    .name{font-size:14px;font-weight:600;fill:var(--ink)}
    .note{font-size:12px;fill:var(--soft)}.note.loss{fill:var(--bad);font-weight:600}
    .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
    .inside{font-size:13px;font-weight:600;fill:var(--on)}
    .grid{stroke:var(--rule);stroke-width:1}
    .axis{stroke:var(--soft);stroke-width:1;opacity:.6}
    .whisker{stroke:var(--ink);stroke-width:1.2}
    .honest{stroke:var(--good);stroke-width:1.4;stroke-dasharray:5 4}
    .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .line.s0{stroke:var(--blue)}.line.s1{stroke:var(--teal)}.line.s2{stroke:var(--plum)}
    .band{opacity:.16}.band.s0,.dot.s0,.end.s0{fill:var(--blue)}
    .band.s1,.dot.s1,.end.s1{fill:var(--teal)}.band.s2,.dot.s2,.end.s2{fill:var(--plum)}
    .end{font-size:13px;font-weight:650}
    .cell{fill:var(--cell)}.false{fill:var(--false)}
    rect.good{fill:var(--good)}rect.bad{fill:var(--bad)}
    rect.open{fill:none;stroke:var(--bad);stroke-width:1.5}
    rect.idle{fill:none;stroke:var(--soft);stroke-width:1}
    .mini rect.idle{fill:var(--soft);stroke:none}
    .glyph{fill:none;stroke:var(--on);stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
    .crossed{fill:none;stroke:var(--bad);stroke-width:1.6;stroke-linecap:round}
    .fill{fill:var(--blue)}
    .node{fill:var(--ink)}
    .ribbon{fill:var(--blue);opacity:.3}.ribbon.loss{fill:var(--bad);opacity:.45}
    .t0{fill:var(--t0)}.t1{fill:var(--t1)}.t2{fill:var(--t2)}.t3{fill:var(--t3)}.t4{fill:var(--t4)}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:6px 22px;margin:14px 0 0;padding:0;
    font-size:14px;color:var(--soft)}
    .legend li{display:flex;align-items:center;gap:6px}.legend b{color:var(--ink)}
    .key{width:14px;height:14px;flex:none;display:inline-block;vertical-align:-2px;margin-right:8px}
    .legend .key{margin:0}
    table{border-collapse:collapse;width:100%;font-size:15px}
    th{text-align:left;font-weight:500}
    thead th{color:var(--soft);font-size:13px;font-weight:500;padding:0 16px 6px 0;
    border-bottom:1px solid var(--rule)}
    td,tbody th,tfoot th{padding:8px 16px 8px 0;border-bottom:1px solid var(--rule)}
    td,tbody th,tfoot th{vertical-align:top}
    tfoot td,tfoot th{font-weight:650;border-bottom:0}
    td:last-child,th:last-child{padding-right:0}
    .n{text-align:right;white-space:nowrap}
    .plain{margin-top:18px}
    .plain small,.providers small{display:block}
    .odds td,.odds tbody th{padding-top:5px;padding-bottom:5px;vertical-align:middle}
    .odds.plain{margin-top:0}
    .odds th.n{width:5.5em}
    .bar{display:flex;align-items:center;gap:12px}
    .bar svg{height:8px;flex:1;max-width:220px;min-width:60px}
    .bar b{font-weight:600;min-width:5em}
    .providers{margin-top:8px;table-layout:fixed;overflow-wrap:anywhere}
    .providers td,.providers tbody th{padding-top:16px;padding-bottom:16px}
    .providers th:first-child{width:26%}.providers th:last-child{width:11%}
    .providers tbody th{padding-right:28px}.providers tbody th b{font-weight:650}
    .providers td p{margin:0 0 8px}
    .providers th:nth-child(2){width:23%}
    .providers .badge{margin-bottom:7px}
    .providers .mini{margin:2px 0 8px}
    .providers .odds small{margin-bottom:1px}
    .providers .odds{margin:0}
    .providers .n{font-weight:600}
    .tiles{list-style:none;padding:0;margin:18px 0 0;display:grid;gap:12px;
    grid-template-columns:repeat(auto-fit,minmax(170px,1fr))}
    .tiles li{background:var(--card);border:1px solid var(--rule);border-radius:12px;
    padding:16px 18px}
    .tiles b{display:block;font-size:28px;line-height:1.2;font-weight:650;letter-spacing:-.01em}
    .tiles span{color:var(--soft);font-size:14px}
    a{color:var(--blue);text-decoration:none}a:hover{text-decoration:underline}
    nav.over span{margin-right:8px;color:var(--ink)}
    .board{overflow-x:auto}.board td{overflow-wrap:anywhere}
    footer{padding-top:28px;padding-bottom:40px;color:var(--soft);font-size:13px}
    @media (max-width:720px){
    main,footer{padding-left:18px;padding-right:18px}
    header.h1{padding-top:28px}h1{font-size:26px}header h2{font-size:22px}
    .columns{grid-template-columns:1fr}
    .wide{display:none}.narrow{display:block}
    .balances{font-size:14px}.balances td,.balances th{padding-right:8px}
    .balances td:last-child,.balances th:last-child{padding-right:0}
    .providers thead{display:none}
    .providers,.providers tbody,.providers tr,.providers td,.providers tbody th{display:block;
    width:auto}
    .providers tr{padding:16px 0;border-bottom:1px solid var(--rule)}
    .providers td,.providers tbody th{border:0;padding:0 0 10px}
    .providers td:nth-child(2),.providers th:first-child{width:auto}
    .providers td.n{text-align:left;padding-bottom:0}
    .providers td.n::before{content:attr(data-label) " ";color:var(--soft);font-weight:400}
    .board thead{display:none}.board table,.board tbody,.board tr,.board td{display:block}
    .board tr{padding:10px 0;border-bottom:1px solid var(--rule)}
    .board td{border:0;padding:1px 0;text-align:left;white-space:normal}
    .board td::before{content:attr(data-label) " ";color:var(--soft)}
    .facts .long{grid-column:1/-1}
    .tiles{grid-template-columns:1fr 1fr}.tiles b{font-size:23px}}
    @media print{body{background:none}section,tr,figure{break-inside:avoid}}
    """
}
