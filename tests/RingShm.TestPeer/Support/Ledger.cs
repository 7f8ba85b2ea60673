using System.IO.MemoryMappedFiles;

namespace RingShm.TestPeer;

/// <summary>
/// A small mapped file beside the ring in which a side notes what it is about to do and what it has done. A store into it
/// outlives the process that made it, so after a SIGKILL the parent knows what was certainly published or delivered and what
/// is undecided.
/// </summary>
internal sealed unsafe class Ledger : IDisposable
{
    private const int AttemptedWord = 0;
    private const int PublishedWord = 1;
    private const int StopWord = 2;
    private const int DeliveredWord = 16;
    private const int ProgressWord = 17;
    private const int FirstEntry = 32;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _words;
    private readonly long _capacity;

    private Ledger(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _words = (long*)start;
        _capacity = (_view.Capacity / sizeof(long)) - FirstEntry;
    }

    /// <summary>Messages that the producer has begun to write: the end of the range, exclusive.</summary>
    public long Attempted
    {
        get => Volatile.Read(ref _words[AttemptedWord]);
        set => Volatile.Write(ref _words[AttemptedWord], value);
    }

    /// <summary>Messages whose write has returned true: the end of the range, exclusive.</summary>
    public long Published
    {
        get => Volatile.Read(ref _words[PublishedWord]);
        set => Volatile.Write(ref _words[PublishedWord], value);
    }

    /// <summary>Set by the parent: the producer ends after the message at hand.</summary>
    public bool IsStopped
    {
        get => Volatile.Read(ref _words[StopWord]) != 0;
        set => Volatile.Write(ref _words[StopWord], value ? 1 : 0);
    }

    /// <summary>Deliveries logged, by all consumers so far.</summary>
    public long Delivered => Volatile.Read(ref _words[DeliveredWord]);

    /// <summary>Whatever a long command counts, for the watchdog and for the seed of a failing case.</summary>
    public long Progress
    {
        get => Volatile.Read(ref _words[ProgressWord]);
        set => Volatile.Write(ref _words[ProgressWord], value);
    }

    public static Ledger Create(string path, long entries) => Map(path, FileMode.CreateNew, (entries + FirstEntry) * sizeof(long));

    public static Ledger Open(string path) => Map(path, FileMode.Open, lengthBytes: 0);

    /// <summary>Windows refuses a second opener unless every one of them shares.</summary>
    private static Ledger Map(string path, FileMode mode, long lengthBytes)
    {
        FileStream file = new(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new Ledger(MemoryMappedFile.CreateFromFile(
            file, mapName: null, lengthBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false));
    }

    /// <summary>Notes a delivery: the entry first, the count second, so that a counted entry is whole.</summary>
    public void Log(long sequence, bool redelivered)
    {
        long count = _words[DeliveredWord];
        if (count >= _capacity)
            throw new MismatchException($"more than {_capacity} deliveries");
        _words[FirstEntry + count] = (sequence << 1) | (redelivered ? 1L : 0);
        Volatile.Write(ref _words[DeliveredWord], count + 1);
    }

    /// <summary>Keeps one value for one number, where no order of events says enough.</summary>
    public void Note(long number, long value)
    {
        if (number >= _capacity)
            throw new MismatchException($"more than {_capacity} notes");
        Volatile.Write(ref _words[FirstEntry + number], value);
    }

    public long Noted(long number) => Volatile.Read(ref _words[FirstEntry + number]);

    /// <summary>How many entries or notes there is room for.</summary>
    public long Capacity => _capacity;

    public (long Sequence, bool Redelivered) Entry(long index)
    {
        long entry = _words[FirstEntry + index];
        return (entry >> 1, (entry & 1) != 0);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
