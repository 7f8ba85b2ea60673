using System.ComponentModel;

namespace RingShm.Interop;

/// <summary>Turns the operating system's error numbers into the exceptions that callers can tell apart.</summary>
internal static class NativeErrors
{
    private const string HeldElsewhere = "another program has it open and does not share it";

    public static RingException ForLinux(int error, string what) => error switch
    {
        NativeLinuxErrors.NotPermitted or NativeLinuxErrors.Access => new RingAccessDeniedException(Line(what, error)),
        NativeLinuxErrors.NoMemory or NativeLinuxErrors.FileTooBig or NativeLinuxErrors.NoSpace or NativeLinuxErrors.Quota =>
            new RingStorageException(Line(what, error)),
        _ => new RingException(Line(what, error)),
    };

    public static RingException ForWindows(int error, string what) => error switch
    {
        NativeWindowsErrors.FileNotFound or NativeWindowsErrors.PathNotFound => new RingNotFoundException(Line(what, error)),
        NativeWindowsErrors.AccessDenied or NativeWindowsErrors.PrivilegeNotHeld => new RingAccessDeniedException(Line(what, error)),
        NativeWindowsErrors.SharingViolation or NativeWindowsErrors.LockViolation or NativeWindowsErrors.UserMappedFile =>
            new RingAccessDeniedException($"{what}: {HeldElsewhere} (error {error})."),
        NativeWindowsErrors.InvalidHandle => new RingException($"{what}: the name belongs to an object of another kind (error {error})."),
        NativeWindowsErrors.NotEnoughMemory or NativeWindowsErrors.DiskFull or NativeWindowsErrors.CommitmentLimit =>
            new RingStorageException(Line(what, error)),
        _ => new RingException(Line(what, error)),
    };

    /// <summary>True for Windows' word that a file cannot be cut because somebody has it mapped: it is in use, for as long as that lasts.</summary>
    public static bool IsMapped(Exception exception) =>
        OperatingSystem.IsWindows() && IsFacility(exception.HResult) && (exception.HResult & 0xFFFF) == NativeWindowsErrors.UserMappedFile;

    /// <summary>The same for what the base library throws while it opens, sizes or deletes a file.</summary>
    public static RingException ForFile(Exception exception, string what) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => new RingNotFoundException($"{what}: {exception.Message}", exception),
        UnauthorizedAccessException => new RingAccessDeniedException($"{what}: {exception.Message}", exception),
        IOException when IsHeldElsewhere(exception) || IsMapped(exception) => new RingAccessDeniedException($"{what}: {HeldElsewhere}.", exception),
        _ => new RingException($"{what}: {exception.Message}", exception),
    };

    /// <summary>True for Windows' word that another program, a virus scanner perhaps, has the file open and shares it with nobody.</summary>
    public static bool IsHeldElsewhere(Exception exception) =>
        OperatingSystem.IsWindows() && IsFacility(exception.HResult)
        && (exception.HResult & 0xFFFF) is (NativeWindowsErrors.SharingViolation or NativeWindowsErrors.LockViolation);

    /// <summary>True when the result stands for an error number of Windows.</summary>
    private static bool IsFacility(int result) => (uint)result >> 16 == 0x8007;

    private static string Line(string what, int error) => $"{what}: {new Win32Exception(error).Message} (error {error}).";

    private static class NativeLinuxErrors
    {
        public const int NotPermitted = 1;
        public const int NoMemory = 12;
        public const int Access = 13;
        public const int FileTooBig = 27;
        public const int NoSpace = 28;
        public const int Quota = 122;
    }

    private static class NativeWindowsErrors
    {
        public const int FileNotFound = 2;
        public const int PathNotFound = 3;
        public const int AccessDenied = 5;
        public const int InvalidHandle = 6;
        public const int NotEnoughMemory = 8;
        public const int SharingViolation = 32;
        public const int LockViolation = 33;
        public const int DiskFull = 112;
        public const int UserMappedFile = 1224;
        public const int PrivilegeNotHeld = 1314;
        public const int CommitmentLimit = 1455;
    }
}
