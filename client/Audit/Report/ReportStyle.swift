/// How the page looks: on a phone, on a wide screen, on paper, by day and by night; nothing is loaded from anywhere.
enum ReportStyle {
    static let sheet: StaticString = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #fff; --box: #f6f8fa;
          --bad: #b3261e; --good: #116329; --set0: #0969da; --set1: #bc4c00; --set2: #8250df; --set3: #1a7f37;
          --set4: #bf3989; --set5: #6e7781; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117;
          --box: #151b23; --bad: #ff8f87; --good: #56d364; --set0: #4493f8; --set1: #f0883e; --set2: #ab7df8;
          --set3: #3fb950; --set4: #f778ba; --set5: #9198a1; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 72rem; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
        h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        p { margin: .4rem 0; }
        .soft, .peak, .ends, caption { color: var(--soft); font-size: .875rem; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0;
          padding: 0; list-style: none; }
        .figures li { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
        .figures b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .bad { color: var(--bad); } .good { color: var(--good); }
        .chart { margin: 0; }
        .chart svg { display: block; width: 100%; height: 12rem; border-bottom: 1px solid var(--line); }
        .ends { display: flex; justify-content: space-between; gap: 1rem; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0; padding: 0; list-style: none; }
        .swatch { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: .15rem; }
        rect.set0 { fill: var(--set0); } rect.set1 { fill: var(--set1); } rect.set2 { fill: var(--set2); }
        rect.set3 { fill: var(--set3); } rect.set4 { fill: var(--set4); } rect.set5 { fill: var(--set5); }
        .swatch.set0 { background: var(--set0); } .swatch.set1 { background: var(--set1); }
        .swatch.set2 { background: var(--set2); } .swatch.set3 { background: var(--set3); }
        .swatch.set4 { background: var(--set4); } .swatch.set5 { background: var(--set5); }
        table { width: 100%; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding-bottom: .5rem; }
        th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); }
        td.whole { white-space: nowrap; } td.word { min-width: 9rem; }
        th { overflow-wrap: normal; font-size: .8125rem; color: var(--soft); font-weight: 600; }
        @media screen and (max-width: 62rem) {
          thead { display: none; }
          table, tbody, tr, td, caption { display: block; }
          tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
          td { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .75rem; padding: .1rem 0; border: 0; }
          td.whole { white-space: normal; } td.word { min-width: 0; }
          td::before { content: attr(data-label); color: var(--soft); font-size: .8125rem; }
        }
        @media print {
          :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --box: #fff; --bad: #8c1d18;
            --good: #0b4a1e; --set0: #0969da; --set1: #bc4c00; --set2: #8250df; --set3: #1a7f37; --set4: #bf3989;
            --set5: #6e7781; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          table { font-size: 7.5pt; } td.word { min-width: 4.5rem; } th { font-size: 7pt; }
          h2, figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
          rect, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """
}
