//! Messages that go to files and come from files: export, replay, opening one, one with bad lines.

use mqscope::i18n::Lang;

use crate::album::Album;
use crate::scenes::order;
use crate::stage::Stage;
use crate::support::Place;

pub(crate) fn out_and_in(lang: Lang, album: &Album) {
    let mut stage = Stage::open(lang, album);
    for place in 0..6 {
        stage.arrives(order(place));
        stage.wait(2);
    }
    stage.stop();
    stage.click("archive-more");
    stage.click("archive-export");
    stage.paint("export");
    let path = stage.window.make_file("there.jsonl", "old");
    stage.fill(Place::Only, "export-file", &path);
    stage.until_with("path-replace", &[("size", "3 B")]);
    stage.paint("export-replace");
    stage.click_with("path-replace", &[("size", "3 B")]);
    stage.click("export-yes");
    stage.until_up_to("export-done", &[("n", "6")], "path");
    stage.paint("export-done");
    stage.click("archive-dismiss");
    stage.click("archive-more");
    stage.click("archive-replay");
    stage.paint("replay");
    stage.fill(Place::Only, "replay-topic", "replayed-orders");
    stage.window.leave_fields();
    stage.click("replay-yes");
    stage.until_with("replay-going", &[("done", "1"), ("total", "6")]);
    stage.paint("replay-goes-on");
    stage.click("archive-stop-replay");
    stage.until_with("replay-stopped", &[("n", "1"), ("total", "6")]);

    stage.click("open-menu");
    stage.paint("open");
    let mut exported = std::fs::read_to_string(&path).unwrap();
    exported.insert_str(0, "no message\n");
    let spoilt = stage.window.make_file("spoilt.jsonl", exported);
    stage.fill(Place::Only, "open-file", &spoilt);
    let open = stage.t("open-yes");
    stage
        .window
        .until("it is found", |window| window.is_on(&open));
    stage.click("open-yes");
    stage.until_up_to("file-holds", &[("n", "6")], "size");
    stage.click("file-bad-show");
    stage.paint("file");
}
