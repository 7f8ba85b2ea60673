using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using RingShm.Interop;
using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mapping;

/// <summary>Windows: regions that are named sections backed by the page file.</summary>
/// <remarks>
/// The creator holds a named mutex while it makes the region. The system hands an abandoned mutex on, so that a creator who
/// gets it and finds the region not ready knows that its maker is dead. A section goes with its last handle, so what a dead
/// creator left is there only while another process is just looking at it; the creator waits for that, and makes its own. It
/// takes nothing over: a section that stays may be a region in use whose ready word was damaged, or somebody else's.
/// </remarks>
internal static unsafe class RegionSection
{
    private const nint NoFile = -1;

    [SupportedOSPlatform("windows")]
    public static OpenedRegion Open(RegionRequest request)
    {
        string name = ObjectName(request.Name);
        RingGeometry geometry = request.Mode == RegionMode.Open ? default : request.NewGeometry();
        OpenedRegion? ready = TryOpenReady(request, name);
        if (ready != null)
            return ready;
        long start = Stopwatch.GetTimestamp();
        using Mutex? mutex = CreationMutex(request, name);
        // Nobody has made one, then; or somebody has, and was done between our two looks.
        if (mutex == null)
            return TryOpenReady(request, name) ?? throw NotFound(request);
        WaitFor(mutex, request);
        try
        {
            SpinWait wait = default;
            while (true)
            {
                bool isLate = Stopwatch.GetElapsedTime(start) > request.Options.OpenTimeout;
                // A region that was finished while we waited for the mutex is found here.
                OpenedRegion? finished = TryOpenReady(request, name)
                    ?? (request.Mode == RegionMode.Open ? throw NotFound(request) : Make(request, name, geometry, isLate));
                if (finished != null)
                    return finished;
                wait.SpinOnce();
            }
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    /// <summary>The section of a region file, so that the file's views can be mapped.</summary>
    [SupportedOSPlatform("windows")]
    public static SectionHandle OfFile(SafeFileHandle file, long totalBytes, RegionRequest request)
    {
        SectionHandle section = NativeWindows.CreateFileMapping(
            file.DangerousGetHandle(), null, request.IsWritable ? NativeWindows.PageReadWrite : NativeWindows.PageReadOnly,
            (uint)(totalBytes >> 32), (uint)totalBytes, null);
        return section.IsInvalid
            ? throw NativeErrors.ForWindows(Marshal.GetLastPInvokeError(), $"'{request.Name}' cannot be mapped ({totalBytes} bytes)")
            : section;
    }

    public static string ObjectName(RegionName name) => (name.IsGlobal ? @"Global\" : @"Local\") + name.Value;

    /// <summary>Opens a section that is there and published; null when it is not there or not finished.</summary>
    [SupportedOSPlatform("windows")]
    private static OpenedRegion? TryOpenReady(RegionRequest request, string name)
    {
        SectionHandle section = NativeWindows.OpenFileMapping(
            request.IsWritable ? NativeWindows.MapRead | NativeWindows.MapWrite : NativeWindows.MapRead, inherit: false, name);
        MappedView? view = null;
        try
        {
            if (section.IsInvalid)
            {
                int error = Marshal.GetLastPInvokeError();
                return error == NativeWindows.ErrorFileNotFound
                    ? null
                    : throw NativeErrors.ForWindows(error, $"'{request.Name}' cannot be opened");
            }

            view = MappedView.MapWindows(section, request.IsWritable, request.Name.ToString());
            if (!IsPublished(request, view))
                return null;
            if (request.Mode == RegionMode.Create)
                throw new RingExistsException($"The region '{request.Name}' exists already.");
            byte[] page = new ReadOnlySpan<byte>(view.Base, HeaderLayout.PageBytes).ToArray();
            RegionHeader header = RegionHeader.Decode(page, request.Name.ToString(), view.LengthBytes);
            request.CheckAgreement(header);
            if (request.Options.PrefaultPages && request.IsWritable)
                view.Prefault(file: null, request.IsWritable);
            OpenedRegion opened = new(header, view, section, FileLocks: null, CreatedNew: false);
            view = null;
            section = null!;
            return opened;
        }
        finally
        {
            view?.Dispose();
            section?.Dispose();
        }
    }

    /// <summary>True when the region is finished, false when it is begun or blank; anything else is somebody else's section.</summary>
    private static bool IsPublished(RegionRequest request, MappedView view)
    {
        if (view.LengthBytes < HeaderLayout.PageBytes)
            throw new RingCorruptException($"'{request.Name}' is not a RingShm region: a section of {view.LengthBytes} bytes.");
        if (RegionPublication<DirectMemory>.IsReady(view.Base))
            return true;
        long magic = *(long*)(view.Base + HeaderLayout.MagicOffset);
        return magic is 0 or HeaderLayout.Magic
            ? false
            : throw new RingCorruptException($"'{request.Name}' is not a RingShm region, and is left as it is.");
    }

    /// <summary>Makes the region; null when a section that is no whole region stands in the way. A late attempt throws instead.</summary>
    [SupportedOSPlatform("windows")]
    private static OpenedRegion? Make(RegionRequest request, string name, in RingGeometry geometry, bool isLate)
    {
        SectionHandle section = CreateSection(request, name, geometry.TotalBytes, out bool isOurs);
        MappedView? view = null;
        try
        {
            view = MappedView.MapWindows(section, writable: true, request.Name.ToString());
            if (!isOurs)
                return isLate ? throw InTheWay(request, view) : null;
            // First, so that a half-made region is not mistaken for somebody else's blank section.
            *(long*)(view.Base + HeaderLayout.MagicOffset) = HeaderLayout.Magic;
            RegionHeader header = RegionHeader.New(geometry);
            byte[] page = new byte[HeaderLayout.PageBytes];
            header.Encode(page);
            page.CopyTo(new Span<byte>(view.Base, page.Length));
            // Written to, each page is there at once; a new section reads as zeros anyhow, and its space was charged when it was made.
            if (request.Options.PrefaultPages)
            {
                for (long offset = HeaderLayout.PageBytes; offset < view.LengthBytes; offset += HeaderLayout.PageBytes)
                    new Span<byte>(view.Base + offset, HeaderLayout.PageBytes).Clear();
            }

            RegionPublication<DirectMemory>.Publish(view.Base);
            OpenedRegion opened = new(header, view, section, FileLocks: null, CreatedNew: true);
            view = null;
            section = null!;
            return opened;
        }
        finally
        {
            view?.Dispose();
            section?.Dispose();
        }
    }

    private static RingCorruptException InTheWay(RegionRequest request, MappedView view)
    {
        bool isOne = view.LengthBytes >= HeaderLayout.PageBytes && *(long*)(view.Base + HeaderLayout.MagicOffset) == HeaderLayout.Magic;
        return new RingCorruptException(isOne
            ? $"'{request.Name}' is in use ({view.LengthBytes} bytes), but its ready word says that it was never finished."
                + " It goes away when the last process that has it open closes it."
            : $"'{request.Name}' is not a RingShm region: a blank section of {view.LengthBytes} bytes, and is left as it is.");
    }

    [SupportedOSPlatform("windows")]
    private static SectionHandle CreateSection(RegionRequest request, string name, long totalBytes, out bool isOurs)
    {
        nint descriptor = RegionSpace.DescriptorFor(request.Options.Security ?? RingSecurity.OwnerOnly);
        try
        {
            NativeWindows.SecurityAttributes security = SecurityOf(descriptor);
            SectionHandle section = NativeWindows.CreateFileMapping(
                NoFile, &security, NativeWindows.PageReadWrite, (uint)(totalBytes >> 32), (uint)totalBytes, name);
            int error = Marshal.GetLastPInvokeError();
            isOurs = error != NativeWindows.ErrorAlreadyExists;
            if (section.IsInvalid)
                throw CreationError(error, request.Name, totalBytes);
            return section;
        }
        finally
        {
            RegionSpace.FreeDescriptor(descriptor);
        }
    }

    /// <summary>What it means that the system made no section.</summary>
    internal static RingException CreationError(int error, RegionName name, long totalBytes) => NativeErrors.ForWindows(error, name.IsGlobal
        ? $"'{name}' cannot be created ({totalBytes} bytes); in Global\\ that takes the privilege SeCreateGlobalPrivilege"
        : $"'{name}' cannot be created ({totalBytes} bytes)");

    /// <summary>The mutex of this name's creators; null when an opener finds that there is none.</summary>
    [SupportedOSPlatform("windows")]
    private static Mutex? CreationMutex(RegionRequest request, string name)
    {
        string mutexName = name + ".ringshm-create";
        SafeWaitHandle handle;
        int error;
        // An opener makes none: another account's creator could not use what this account has made.
        if (request.Mode == RegionMode.Open)
        {
            handle = NativeMutex.Open(NativeWindows.Synchronize, inherit: false, mutexName);
            error = Marshal.GetLastPInvokeError();
        }
        else
        {
            nint descriptor = RegionSpace.DescriptorFor(request.Options.Security ?? RingSecurity.OwnerOnly);
            NativeWindows.SecurityAttributes security = SecurityOf(descriptor);
            handle = NativeMutex.Create(&security, mutexName, 0, NativeWindows.Synchronize);
            error = Marshal.GetLastPInvokeError();
            RegionSpace.FreeDescriptor(descriptor);
        }

        if (!handle.IsInvalid)
            return new Mutex { SafeWaitHandle = handle };
        handle.Dispose();
        return request.Mode == RegionMode.Open && error == NativeWindows.ErrorFileNotFound
            ? null
            : throw NativeErrors.ForWindows(error, $"The creation of '{request.Name}' cannot be waited for");
    }

    private static void WaitFor(Mutex mutex, RegionRequest request)
    {
        try
        {
            if (!mutex.WaitOne(request.Options.OpenTimeout))
                throw new TimeoutException($"'{request.Name}' is being created by a live process that has not finished.");
        }
        catch (AbandonedMutexException)
        {
            // The creator before us died; the mutex is ours, and what it left is not ready.
        }
    }

    [SupportedOSPlatform("windows")]
    private static NativeWindows.SecurityAttributes SecurityOf(nint descriptor) => new()
    {
        Length = (uint)sizeof(NativeWindows.SecurityAttributes),
        Descriptor = descriptor,
    };

    private static RingNotFoundException NotFound(RegionRequest request) => new($"There is no region '{request.Name}'.");
}
