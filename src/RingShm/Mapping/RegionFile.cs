using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mapping;

/// <summary>
/// Regions that are files: every region on Linux, and regions named by a path on Windows.
/// </summary>
/// <remarks>
/// Whoever holds the kernel lock on the creation byte, and alone the one on the use byte, and finds the region not ready makes
/// it; the ready word is stored last. Every user holds the use byte shared.
/// A region that is not ready and whose lock nobody holds was left by a creator that died: the next creator starts it anew.
/// The magic is the first thing written, so that a foreign file is never mistaken for a half-made region.
/// </remarks>
internal static unsafe class RegionFile
{
    /// <summary>Windows: a virus scanner or a backup has a file to itself for a moment. Who has it for longer is reported.</summary>
    private static readonly TimeSpan LongestScan = TimeSpan.FromSeconds(1);

    private enum State
    {
        /// <summary>Empty, or begun and not finished.</summary>
        HalfMade,

        /// <summary>Published.</summary>
        Ready,

        /// <summary>Somebody else's file.</summary>
        Foreign,
    }

    /// <summary>Opens or makes the file, waiting while a live creator is at work. The result is mapped and validated.</summary>
    public static OpenedRegion Open(RegionRequest request, string path)
    {
        RingGeometry geometry = request.Mode == RegionMode.Open ? default : request.NewGeometry();
        long start = Stopwatch.GetTimestamp();
        SpinWait wait = default;
        while (true)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            bool isLate = elapsed > request.Options.OpenTimeout;
            OpenedRegion? opened = TryOpen(request, path, geometry, isLate, waitsForHolder: !isLate && elapsed < LongestScan);
            if (opened != null)
                return opened;
            wait.SpinOnce();
        }
    }

    /// <summary>One attempt; null when it must be made again. A late one says instead what stands in the way.</summary>
    private static OpenedRegion? TryOpen(RegionRequest request, string path, in RingGeometry geometry, bool isLate, bool waitsForHolder)
    {
        SafeFileHandle? file = null;
        try
        {
            file = OpenExisting(request, path);
            bool isOurs = file == null;
            file ??= request.Mode == RegionMode.Open ? throw NotFound(request) : CreateEmpty(request, path);
            OpenedRegion? opened = file == null ? null : TryUse(request, path, file, geometry, isOurs);
            if (opened != null)
                file = null;
            else if (isLate)
                throw GaveUp(request, file);
            return opened;
        }
        catch (RingAccessDeniedException exception) when (waitsForHolder && NativeErrors.IsHeldElsewhere(exception.InnerException ?? exception))
        {
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Reads the first page without mapping anything. Shorter than a page when the file is.</summary>
    public static byte[] ReadPage(SafeFileHandle file)
    {
        byte[] page = new byte[HeaderLayout.PageBytes];
        int filled = 0;
        while (filled < page.Length && RandomAccess.Read(file, page.AsSpan(filled), filled) is > 0 and int read)
            filled += read;
        return page[..filled];
    }

    /// <summary>True when the file starts as a region does, finished or not.</summary>
    public static bool IsRegion(ReadOnlySpan<byte> page) =>
        page.Length >= sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(page) == HeaderLayout.Magic;

    /// <summary>One attempt; null when it must be tried again (the creator is at work, or the file was removed under us).</summary>
    private static OpenedRegion? TryUse(
        RegionRequest request, string path, SafeFileHandle file, in RingGeometry geometry, bool isOurs)
    {
        switch (StateOf(file))
        {
            // While a creator is at work the first bytes may not be there for us yet; afterwards they are.
            case State.Foreign when IsBeingMade(request, file) || StateOf(file) != State.Foreign:
                return null;
            case State.Foreign:
                throw new RingCorruptException($"'{request.Name}' is not a RingShm region, and is left as it is.");
            case State.Ready:
                return request.Mode == RegionMode.Create ? throw Exists(request) : MapExisting(request, file);
        }

        if (request.Mode == RegionMode.Open)
        {
            // Only ask: taking the lock could make a creator that has not locked yet believe in a rival.
            return IsBeingMade(request, file) || StateOf(file) == State.Ready
                ? null
                : throw new RingNotFoundException(
                    $"There is no whole region '{request.Name}': its creator died before it was finished, or it was cut short.");
        }

        string name = request.Name.ToString();
        if (!KernelFileLock.TryLock(file, HeaderLayout.CreationLockByte, name))
            return null;
        try
        {
            // A region that somebody uses is whole, whatever its ready word says by now: never cut what others have mapped.
            if (!KernelFileLock.TryLock(file, HeaderLayout.UseLockByte, name))
                return null;
            OpenedRegion? made = StateOf(file) == State.HalfMade && IsNamed(file, path)
                ? Make(request, path, file, geometry, isOurs || RandomAccess.GetLength(file) > 0)
                : null;
            if (made != null)
                KernelFileLock.Downgrade(file, HeaderLayout.UseLockByte, name);
            return made;
        }
        finally
        {
            KernelFileLock.Unlock(file, HeaderLayout.CreationLockByte);
        }
    }

    /// <summary>Makes the region from nothing. The creation lock is ours; nobody has the file mapped.</summary>
    private static OpenedRegion Make(
        RegionRequest request, string path, SafeFileHandle file, in RingGeometry geometry, bool mayDelete)
    {
        RegionHeader header = RegionHeader.New(geometry);
        byte[] page = new byte[HeaderLayout.PageBytes];
        header.Encode(page);
        MappedView? view = null;
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, page.AsSpan(HeaderLayout.MagicOffset, sizeof(long)), HeaderLayout.MagicOffset);
            RegionSpace.Reserve(file, geometry.TotalBytes, request.Name.ToString());
            RandomAccess.Write(file, page, 0);
            view = Map(request, file, geometry.TotalBytes);
            if (request.Options.PrefaultPages)
                view.Prefault(file, writable: true);
            RegionPublication<DirectMemory>.Publish(view.Base);
            return new OpenedRegion(header, view, file, FileLocks: file, CreatedNew: true);
        }
        catch (Exception exception)
        {
            // Nobody can have used what never was ready; others who opened it find it gone and start again.
            view?.Dispose();
            if (mayDelete && IsNamed(file, path))
                DeleteQuietly(path);
            else
                RandomAccess.SetLength(file, 0);
            if (exception is IOException and not RingException)
                throw RegionSpace.ErrorFor(exception, request.Name.ToString(), geometry.TotalBytes);
            throw;
        }
    }

    /// <summary>Joins the region's users; null when it is just being made anew.</summary>
    private static OpenedRegion? MapExisting(RegionRequest request, SafeFileHandle file)
    {
        if (!KernelFileLock.TryLockShared(file, HeaderLayout.UseLockByte, request.Name.ToString()) || StateOf(file) != State.Ready)
            return null;
        long length = RandomAccess.GetLength(file);
        RegionHeader header = RegionHeader.Decode(ReadPage(file), request.Name.ToString(), length);
        request.CheckAgreement(header);
        MappedView view = Map(request, file, header.Geometry.TotalBytes);
        if (!RegionPublication<DirectMemory>.IsReady(view.Base))
        {
            view.Dispose();
            throw new RingCorruptException($"The ready word of '{request.Name}' went back while it was opened.");
        }

        if (request.Options.PrefaultPages && request.IsWritable)
            view.Prefault(file, request.IsWritable);
        return new OpenedRegion(header, view, file, FileLocks: file, CreatedNew: false);
    }

    private static MappedView Map(RegionRequest request, SafeFileHandle file, long totalBytes)
    {
        if (OperatingSystem.IsLinux())
            return MappedView.MapLinux(file, totalBytes, request.IsWritable, request.Name.ToString());
        if (!OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("RingShm runs on Linux and Windows.");
        using SectionHandle section = RegionSection.OfFile(file, totalBytes, request);
        return MappedView.MapWindows(section, request.IsWritable, request.Name.ToString());
    }

    private static State StateOf(SafeFileHandle file)
    {
        byte[] page = ReadPage(file);
        if (page.Length == 0)
            return State.HalfMade;
        if (!IsRegion(page))
            return State.Foreign;
        return page.Length == HeaderLayout.PageBytes
            && BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(HeaderLayout.ReadyOffset)) == HeaderLayout.ReadyValue
            ? State.Ready
            : State.HalfMade;
    }

    private static SafeFileHandle? OpenExisting(RegionRequest request, string path)
    {
        try
        {
            return RegularFile.Open(path, request.IsWritable ? FileAccess.ReadWrite : FileAccess.Read, request.Name.ToString());
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException and not RingException or UnauthorizedAccessException)
        {
            throw NativeErrors.ForFile(exception, $"'{request.Name}' cannot be opened");
        }
    }

    /// <summary>An empty file of our own making, or null when another process was faster.</summary>
    private static SafeFileHandle? CreateEmpty(RegionRequest request, string path)
    {
        try
        {
            RegionSpace.MakeEmpty(path, request.Options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NativeErrors.ForFile(exception, $"'{request.Name}' cannot be created");
        }

        return OpenExisting(request, path);
    }

    /// <summary>False when the file was removed since we opened it: then the name belongs to another file, or to none.</summary>
    private static bool IsNamed(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
            return OperatingSystem.IsWindows() && RegularFile.IsNamed(file, path);
        NativeLinux.FileStatus status;
        return NativeLinux.Status(file, "", NativeLinux.EmptyPath, NativeLinux.StatTypeAndLinkCount, &status) == 0
            && status.LinkCount > 0;
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The half-made file stays; the next creator takes it over. The first error is the one to report.
        }
    }

    private static bool IsBeingMade(RegionRequest request, SafeFileHandle file) =>
        KernelFileLock.IsHeldByOther(file, HeaderLayout.CreationLockByte, request.Name.ToString());

    private static Exception GaveUp(RegionRequest request, SafeFileHandle? file) => file == null
        ? new RingException($"'{request.Name}' can neither be opened nor created: something of this name comes and goes, or leads nowhere.")
        : IsBeingMade(request, file)
            ? new TimeoutException($"'{request.Name}' is being created by a live process that has not finished.")
            : new RingCorruptException($"'{request.Name}' is in use, but its ready word says that it was never finished.");

    private static RingNotFoundException NotFound(RegionRequest request) => new($"There is no region '{request.Name}'.");

    private static RingExistsException Exists(RegionRequest request) => new($"The region '{request.Name}' exists already.");
}
