#include "fragscope/record/run/run_file_impl.h"

namespace fragscope {

Expected<std::vector<MetricSample>> RunFile::series(std::int64_t run) {
    impl_->begin();
    std::vector<MetricSample> samples;
    std::uint64_t number = 0;
    Statement rows = impl_->database.prepare(
        "SELECT sample, metric_id, time_cycles, seq, value FROM metric_sample"
        " WHERE run_id = ? ORDER BY sample, metric_id");
    rows.bind(run);
    while (rows.step()) {
        if (samples.empty() || rows.word(0) != number) {
            number = rows.word(0);
            // A metric without a row has the value of the sample before.
            samples.push_back(samples.empty() ? MetricSample{} : samples.back());
            samples.back().seq = rows.word(3);
            samples.back().timeCycles = rows.word(2);
        }
        if (const auto metric = impl_->numbers.metrics.toProgram(rows.word(1))) {
            samples.back().values.at(*metric) = rows.word(4);
        }
    }
    return impl_->result(std::move(samples));
}

Expected<MetricSample> RunFile::finals(std::int64_t run) {
    impl_->begin();
    MetricSample sample;
    Statement rows = impl_->database.prepare(
        "SELECT metric_id, time_cycles, seq, value FROM run_metric WHERE run_id = ?");
    rows.bind(run);
    while (rows.step()) {
        sample.timeCycles = rows.word(1);
        sample.seq = rows.word(2);
        if (const auto metric = impl_->numbers.metrics.toProgram(rows.word(0))) {
            sample.values.at(*metric) = rows.word(3);
        }
    }
    return impl_->result(sample);
}

Expected<std::vector<HistogramBucket>> RunFile::pauses(std::int64_t run) {
    impl_->begin();
    std::vector<HistogramBucket> buckets;
    Statement rows =
        impl_->database.prepare("SELECT from_cycles, below_cycles, waits FROM pause_histogram"
                                " WHERE run_id = ? ORDER BY from_cycles");
    rows.bind(run);
    while (rows.step()) {
        buckets.push_back({rows.word(0), rows.word(1), rows.word(2)});
    }
    return impl_->result(std::move(buckets));
}

Expected<std::vector<RecordedInput>> RunFile::inputs(std::int64_t run) {
    impl_->begin();
    std::vector<RecordedInput> inputs;
    Statement rows =
        impl_->database.prepare("SELECT seq, kind, args FROM input WHERE run_id = ? ORDER BY n");
    rows.bind(run);
    while (rows.step()) {
        inputs.push_back({rows.word(0), rows.text(1), rows.text(2)});
    }
    return impl_->result(std::move(inputs));
}

} // namespace fragscope
