using System.Globalization;
using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

namespace RingShm.Tests.Processes.Support;

/// <summary>The writers and readers of one broadcast ring, each a process with notes of its own, and their successors.</summary>
internal sealed class BroadcastCast(Scene scene, int seed, bool isLossy, double strikes) : IDisposable
{
    private readonly List<Part> _writers = [];
    private readonly List<Part> _readers = [];
    private readonly List<(int Id, long Attempted, long Published)> _gone = [];
    private readonly LossJudge _losses = new();
    private long _goneAndSeen;
    private int _started;
    private int _files;

    /// <summary>In a lossy ring each successor goes on with the numbers of the one that it follows; this counts them.</summary>
    private sealed record Part(int Id, bool IsWriter, int Life, Peer Peer, Ledger Notes, string Path)
    {
        /// <summary>
        /// What each writer had begun when this reader was known to be attached: it sees all that was begun later. Those with higher ids began
        /// later; lower ones that are not here were gone.
        /// </summary>
        public Dictionary<int, long>? Begun { get; set; }

        public int NextId { get; set; }
    }

    public int WritersKilled { get; private set; }

    public int ReadersKilled { get; private set; }

    /// <summary>How often somebody was stopped for a while.</summary>
    public int Stopped { get; private set; }

    /// <summary>Sums over all writers of a lossy ring that came out in the readers themselves.</summary>
    public long SumsBalanced { get; private set; }

    /// <summary>Sums that ran over a writer's death or to the end, and were judged with what all have seen.</summary>
    public int SumsJudged => _losses.Sums;

    /// <summary>What readers were told they lost.</summary>
    public long Lost { get; private set; }

    private long Published => _writers.Sum(static writer => writer.Notes.Published) + (isLossy ? 0 : _gone.Sum(static gone => gone.Published));

    public void StartWriters(int count)
    {
        for (int i = 0; i < count; i++)
            _writers.Add(StartWriter(++_started, life: 0, from: 0));
    }

    public void StartReaders(int count)
    {
        for (int i = 0; i < count; i++)
            _readers.Add(StartReader(i));
    }

    /// <summary>Kills the one of this number, writers first, and starts a successor. False when it has not come far enough to be killed.</summary>
    public bool TryReplace(int victim, bool waitsForTheKernel)
    {
        bool isWriter = victim < _writers.Count;
        List<Part> side = isWriter ? _writers : _readers;
        int index = isWriter ? victim : victim - _writers.Count;
        if (!side[index].Peer.HasSaidSoFar("attached"))
            return false;
        if (waitsForTheKernel)
            side[index].Peer.Kill();
        Part dead = side[index];
        long end = Bury(dead);
        if (!isWriter)
            side[index] = StartReader(index);
        else
            side[index] = isLossy ? StartWriter(dead.Id, dead.Life + 1, end) : StartWriter(++_started, life: 0, from: 0);
        return true;
    }

    public void KillAllReaders()
    {
        _readers.ForEach(static reader => reader.Peer.Strike());
        _readers.ForEach(reader => Bury(reader));
        _readers.Clear();
    }

    /// <summary>Stops the one of this number, writers first, for so long; it keeps what it holds, and others may have to wait for it.</summary>
    public void StopBriefly(int victim, TimeSpan time)
    {
        Part part = victim < _writers.Count ? _writers[victim] : _readers[victim - _writers.Count];
        if (!part.Peer.HasSaidSoFar("attached"))
            return;
        ProcessControl.Suspend(part.Peer.Id);
        Thread.Sleep(time);
        ProcessControl.Resume(part.Peer.Id);
        Stopped++;
    }

    /// <summary>Stops a reader until so many messages were written meanwhile.</summary>
    public void StopFor(int victim, long messages)
    {
        Part part = _readers[victim - _writers.Count];
        if (!part.Peer.HasSaidSoFar("attached"))
            return;
        ProcessControl.Suspend(part.Peer.Id);
        ExpectWriting(messages, "the writer going on while a reader is stopped");
        ProcessControl.Resume(part.Peer.Id);
        Stopped++;
    }

    public void ExpectWriting(long messages, string what)
    {
        long before = Published;
        Watchdog.Until(() => Published > before + messages, what);
    }

    /// <summary>Keeps what had been begun when those readers attached that have attached since the last call.</summary>
    public void SnapshotAttached()
    {
        foreach (Part reader in _readers.Where(static reader => reader.Begun == null && reader.Peer.HasSaidSoFar("attached")))
        {
            reader.NextId = _started + 1;
            reader.Begun = _writers.ToDictionary(static writer => writer.Id, static writer => writer.Notes.Attempted);
        }
    }

    public void AwaitAttached()
    {
        foreach (Part part in _writers.Concat(_readers))
            Watchdog.Until(() => part.Peer.HasSaidSoFar("attached"), $"attaching\n{part.Peer.Description}");
        SnapshotAttached();
    }

    /// <summary>Lets the writers end, completes the ring, and waits until the readers have drained it.</summary>
    public void Finish(Action complete)
    {
        AwaitAttached();
        _writers.ForEach(static writer => writer.Notes.IsStopped = true);
        foreach (Part writer in _writers)
        {
            writer.Peer.ExpectSuccess();
            Assert.Equal(writer.Notes.Attempted, writer.Notes.Published);
        }

        complete();
        _readers.ForEach(static reader => reader.Peer.ExpectSuccess());
    }

    /// <summary>
    /// Readers saw to it that numbers had no gaps. Here: that they begin where they should and go on to the end, and that nobody got what
    /// was never written.
    /// </summary>
    public void JudgeReliable()
    {
        List<(int Id, long Attempted, long Published)> writers =
            [.. _gone, .. _writers.Select(static writer => (writer.Id, writer.Notes.Attempted, writer.Notes.Published))];
        foreach ((int id, long attempted, long published) in writers)
        {
            long end = -1;
            foreach (Part reader in _readers)
            {
                long first = reader.Notes.Noted(BroadcastReadCommand.NoteOf(id)) - 1;
                long behind = reader.Notes.Noted(BroadcastReadCommand.NoteOf(id) + 1);
                long begun = id >= reader.NextId ? 0 : reader.Begun!.GetValueOrDefault(id, attempted);
                string what = $"reader {reader.Id}, writer {id}: {first} to {behind}; {begun} begun when it came, {published} published, {attempted} begun";
                Assert.True(behind <= attempted, what);
                if (published > begun)
                    Assert.True(first >= 0 && first <= begun, what);
                if (first < 0)
                    continue;
                // What was undecided at a death was decided for all.
                Assert.True(behind >= published && (end < 0 || end == behind), what);
                end = behind;
            }
        }

        Assert.All(_readers, static reader => Assert.True(reader.Notes.Progress > 0));
    }

    /// <summary>What each reader saw and was told it lost, and what was published: to the last message.</summary>
    public void JudgeLossy()
    {
        _writers.ForEach(writer => _losses.AddEnd(writer.Id, writer.Notes.Published));
        _readers.ForEach(TakeBooks);
        _losses.Judge();
    }

    public override string ToString() =>
        $"{WritersKilled} writers and {ReadersKilled} readers killed, {Stopped} times somebody stopped; {Published} messages written, "
        + $"{_goneAndSeen + _readers.Sum(static reader => reader.Notes.Progress)} read, {Lost} lost"
        + (isLossy
            ? $"; {_losses.Undecided} undecided at a death, of which {_losses.Unpublished} were never published and {_losses.Unsettled} deaths' nobody can tell; "
                + $"{SumsBalanced} sums came out, and {_losses.Sums} over deaths or to the end"
            : "");

    public void Dispose()
    {
        foreach (Part part in _writers.Concat(_readers))
        {
            part.Peer.Dispose();
            part.Notes.Dispose();
        }
    }

    private void TakeBooks(Part reader)
    {
        SumsBalanced += reader.Notes.Attempted;
        Lost += reader.Notes.Published;
        _losses.AddReader(Text($"reader {reader.Id}"), reader.Notes);
    }

    /// <summary>Takes the notes of one that is killed. Returns the end of the numbers that it had begun.</summary>
    private long Bury(Part part)
    {
        if (!part.Peer.HasExited)
            part.Peer.Strike();
        _ = part.Peer.WaitForExit();
        Assert.False(part.Peer.HasSaid("bad") || part.Peer.HasSaid("failed"), part.Peer.Description);
        long attempted = part.Notes.Attempted;
        if (part.IsWriter)
        {
            WritersKilled++;
            _gone.Add((part.Id, attempted, part.Notes.Published));
            _losses.AddDeath(part.Id, part.Notes.Published, attempted);
        }
        else
        {
            ReadersKilled++;
            _goneAndSeen += part.Notes.Progress;
            if (isLossy)
                TakeBooks(part);
        }

        part.Peer.Dispose();
        part.Notes.Dispose();
        File.Delete(part.Path);
        return attempted;
    }

    private Part StartWriter(int id, int life, long from)
    {
        (string path, Ledger notes) = MakeNotes("writer", 0);
        notes.Attempted = notes.Published = from;
        Peer peer = scene.Start("broadcast-write", $"log={path}", Text($"id={id}"), Text($"life={life}"), Text($"seed={seed}"), $"yield={(isLossy ? 1 : 0)}");
        return new Part(id, IsWriter: true, life, peer, notes, path);
    }

    private Part StartReader(int index)
    {
        // Two notes for each writer there may be, or for each death a sum with three numbers for each writer.
        (string path, Ledger notes) = MakeNotes("reader", 1000 + ((3 + (3 * (long)_writers.Count)) * (long)strikes));
        List<string> words =
        [
            $"log={path}", Text($"seed={seed}"), $"mode={(BroadcastRead)(index % 3)}", $"start={(ReaderStart)(_files % 3)}", Text($"lossy={(isLossy ? _writers.Count : 0)}"),
        ];
        if (isLossy)
            words.AddRange([Text($"rest={10 << (2 * index % 8)}"), $"resume={(ReaderResume)(index % 2)}"]);
        return new Part(_files, IsWriter: false, Life: 0, scene.Start("broadcast-read", [.. words]), notes, path);
    }

    private (string Path, Ledger Notes) MakeNotes(string side, long entries)
    {
        string path = scene.PathBeside(Text($"{side}-{++_files}"));
        return (path, Ledger.Create(path, entries));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
